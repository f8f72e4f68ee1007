// Package podtest makes pods and events for tests. Its pods are of the revisions "old" and "new" of a Deployment.
package podtest

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"
)

// Epoch is when the pods became ready.
var Epoch = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// At is a moment after Epoch.
func At(d time.Duration) *metav1.Time { return &metav1.Time{Time: Epoch.Add(d)} }

// Ready is a pod of the new revision that serves.
func Ready(name string) *corev1.Pod { return ReadyOf("new", name) }

// ReadyOf is a pod that serves.
func ReadyOf(revision types.UID, name string) *corev1.Pod {
	p := Owned(revision, name)
	p.Status.Conditions = []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionTrue},
		{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(Epoch)},
	}
	p.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: "web", Ready: true, Started: new(true),
		State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(Epoch)}},
	}}
	return p
}

// Owned is a pod without a status.
func Owned(revision types.UID, name string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: "shop", UID: types.UID(name),
			OwnerReferences: []metav1.OwnerReference{{Kind: "ReplicaSet", UID: revision, Controller: new(true)}},
		},
		Spec:   corev1.PodSpec{NodeName: "node-1", Containers: []corev1.Container{{Name: "web", Image: "web:2.0"}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning},
	}
}

// Waiting has a container that waits for a reason.
func Waiting(name, reason, message string) *corev1.Pod {
	p := Owned("new", name)
	p.Status.Phase = corev1.PodPending
	p.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: "web", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}},
	}}
	return p
}

// Crashed has a container that ended for the restarts+1st time.
func Crashed(name string, restarts, exit int32) *corev1.Pod {
	p := Owned("new", name)
	p.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: "web", RestartCount: restarts,
		State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: exit, Reason: "Error"}},
	}}
	return p
}

// Parse reads a pod of the new revision; what a table leaves out is as in most pods.
func Parse(t *testing.T, text string) *corev1.Pod {
	t.Helper()
	p := Owned("new", "web-1")
	p.Spec.Containers = nil
	if err := yaml.UnmarshalStrict([]byte(text), p); err != nil {
		t.Fatal(err)
	}
	if p.Spec.Containers == nil {
		p.Spec.Containers = []corev1.Container{{Name: "web", Image: "web:2.0"}}
	}
	return p
}

// Events reads events; those without an object are about the pod web-1.
func Events(t *testing.T, text string) []*corev1.Event {
	t.Helper()
	var all []*corev1.Event
	if err := yaml.UnmarshalStrict([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.InvolvedObject.UID == "" {
			e.InvolvedObject.UID, e.InvolvedObject.Kind = "web-1", "Pod"
		}
	}
	return all
}

// RanBefore gives the container an earlier run that ended badly, and the present one.
func RanBefore(p *corev1.Pod, ran, since time.Duration) {
	s := &p.Status.ContainerStatuses[0]
	s.RestartCount = 1
	s.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: *At(-since)}}
	s.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{
		ExitCode: 1, StartedAt: *At(-since - ran), FinishedAt: *At(-since),
	}
}
