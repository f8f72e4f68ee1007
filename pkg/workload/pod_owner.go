package workload

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// PodOwner names the workload that a pod belongs to, and the UID of its controller; a pod without one belongs to itself.
// A Deployment names its ReplicaSets after itself and the hash that their pods have as a label
// (getNewReplicaSet in k8s.io/kubernetes/pkg/controller/deployment).
func PodOwner(pod *corev1.Pod) (Ref, types.UID) {
	controller := metav1.GetControllerOfNoCopy(pod)
	if controller == nil {
		return Ref{Kind: podKind.Kind, Namespace: pod.Namespace, Name: pod.Name}, pod.UID
	}
	ref := Ref{Kind: controller.Kind, Namespace: pod.Namespace, Name: controller.Name}
	if hash := pod.Labels[LabelPodTemplateHash]; hash != "" && ref.Kind == replicaSetKind.Kind {
		if name, made := strings.CutSuffix(ref.Name, "-"+hash); made {
			ref.Kind, ref.Name = deploymentKind.Kind, name
		}
	}
	return ref, controller.UID
}
