package diagnosis

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// TestPodCounts: how one pod counts.
func TestPodCounts(t *testing.T) {
	none, settled, starting := PodCount{}, PodCount{Total: 1, Settled: 1}, PodCount{Total: 1, Starting: 1}
	unexplained := PodCount{Total: 1}
	crashed := func(ago time.Duration) PodCount {
		return PodCount{Total: 1, Crashing: 1, Recovering: 1, Restarts: 1, Crashed: epoch.Add(-ago)}
	}
	for name, test := range map[string]struct {
		change func(*corev1.Pod)
		want   PodCount
	}{
		"ready":                                 {func(*corev1.Pod) {}, settled},
		"being deleted":                         {func(p *corev1.Pod) { p.DeletionTimestamp = at(0) }, none},
		"evicted":                               {func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }, none},
		"of nobody":                             {func(p *corev1.Pod) { p.OwnerReferences = nil }, none},
		"ready, 8 s after it ran for 8 s":       {func(p *corev1.Pod) { ranBefore(p, 8*time.Second, 8*time.Second) }, crashed(8 * time.Second)},
		"ready, 13 s after it ran for 8 s":      {func(p *corev1.Pod) { ranBefore(p, 8*time.Second, 13*time.Second) }, settled},
		"ready, 50 s after it ran for an hour":  {func(p *corev1.Pod) { ranBefore(p, time.Hour, 50*time.Second) }, crashed(50 * time.Second)},
		"ready, 61 s after it ran for an hour":  {func(p *corev1.Pod) { ranBefore(p, time.Hour, 61*time.Second) }, settled},
		"ready, 64 s after it ran for 65 s":     {func(p *corev1.Pod) { ranBefore(p, 65*time.Second, 64*time.Second) }, crashed(64 * time.Second)},
		"ready, 98 s after it ran for 65 s":     {func(p *corev1.Pod) { ranBefore(p, 65*time.Second, 98*time.Second) }, settled},
		"waits out a back-off":                  {func(p *corev1.Pod) { ranBefore(p, time.Second, 0); waits(p, "CrashLoopBackOff") }, PodCount{Total: 1, Crashing: 1, Restarts: 1, Crashed: epoch}},
		"not ready, created a minute ago":       {func(p *corev1.Pod) { unready(p); p.CreationTimestamp = *at(-time.Minute) }, starting},
		"not ready, created eleven minutes ago": {func(p *corev1.Pod) { unready(p); p.CreationTimestamp = *at(-11 * time.Minute) }, unexplained},
		"its container is created":              {func(p *corev1.Pod) { unready(p); waits(p, "ContainerCreating") }, starting},
		"its image can't be pulled":             {func(p *corev1.Pod) { unready(p); waits(p, "ImagePullBackOff") }, unexplained},
		"waits for a node":                      {func(p *corev1.Pod) { unready(p); p.Status.ContainerStatuses = nil }, starting},
	} {
		t.Run(name, func(t *testing.T) {
			pod := readyPod("web-1")
			pod.CreationTimestamp = *at(0)
			key := workload.KeyOf(pod)
			test.change(pod)
			counts := PodCounts{}
			counts.Add(pod, epoch)
			if got := counts[key]; got != test.want {
				t.Errorf("counted as %+v, want %+v", got, test.want)
			}
		})
	}
}

func unready(p *corev1.Pod) { podCondition(p, corev1.PodReady).Status = corev1.ConditionFalse }

func waits(p *corev1.Pod, reason string) {
	unready(p)
	p.Status.ContainerStatuses[0].State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}
}
