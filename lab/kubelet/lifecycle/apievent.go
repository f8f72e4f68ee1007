package lifecycle

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Component is the name of the kubelet in what it writes.
const Component = "kubelet"

// APIEvent is the object that the kubelet's recorder writes.
func APIEvent(pod *corev1.Pod, e Event) *corev1.Event {
	at := metav1.NewTime(e.Time)
	return &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{
			Name:      fmt.Sprintf("%s.%x", pod.Name, e.Time.UnixNano()),
			Namespace: pod.Namespace,
		},
		InvolvedObject: corev1.ObjectReference{
			APIVersion: "v1", Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID,
			ResourceVersion: pod.ResourceVersion, FieldPath: e.FieldPath,
		},
		Type: e.Type, Reason: e.Reason, Message: e.Message,
		FirstTimestamp: at, LastTimestamp: at, Count: 1,
		Source:              corev1.EventSource{Component: Component, Host: pod.Spec.NodeName},
		ReportingController: Component, ReportingInstance: pod.Spec.NodeName,
	}
}
