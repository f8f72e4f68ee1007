package diagnosis

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// A look without a rollout counts the evictions of the last minutes; pods that were evicted long ago lie around.
func TestEvictionsOfThePast(t *testing.T) {
	evicted := func(ago time.Duration) *corev1.Pod {
		p := ownedPod("new", "web-0")
		p.Status = corev1.PodStatus{
			Phase: corev1.PodFailed, Reason: "Evicted", Message: "The node was low on resource: memory.",
			Conditions:        []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionFalse, LastTransitionTime: *at(-ago)}},
			ContainerStatuses: []corev1.ContainerStatus{{Name: "web", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 137}}}},
		}
		return p
	}
	for _, tt := range []struct {
		name string
		pods []*corev1.Pod
		want Cause
	}{
		{"just now", []*corev1.Pod{evicted(20 * time.Second), readyPod("web-1")}, Evicted},
		{"a while ago, and its replacement serves", []*corev1.Pod{evicted(3 * time.Minute), readyPod("web-1")}, ""},
		{"a while ago, and its replacement does not come up", []*corev1.Pod{evicted(3 * time.Minute), ownedPod("new", "web-1")}, Evicted},
		{"long ago, and another pod crashes", []*corev1.Pod{evicted(time.Hour), crashedPod("web-1", 3, 1)}, CrashLoop},
	} {
		w := watch(t, 1, FailFastAuto).pods(tt.pods...)
		w.Once, w.Final, w.EndedCount = true, true, true
		var got Cause
		if all := Look(w.Input, History{}).Problems; len(all) > 0 {
			got = all[0].Cause
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
