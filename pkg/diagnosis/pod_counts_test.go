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
			got := counts[key]
			got.FirstReady, got.LastReady, got.FirstCreated = time.Time{}, time.Time{}, time.Time{}
			if got != test.want {
				t.Errorf("counted as %+v, want %+v", got, test.want)
			}
		})
	}
}

// TestGrowing: pods that were added to those that serve are no sign of a rollout that was never complete.
func TestGrowing(t *testing.T) {
	const ready, not = true, false
	type pod struct {
		ready bool
		since time.Duration // before now: when it became ready, or was created
	}
	for name, test := range map[string]struct {
		pods []pod
		want bool
	}{
		"all serve":                           {[]pod{{ready, time.Hour}, {ready, time.Hour}}, false},
		"two were added":                      {[]pod{{not, time.Second}, {ready, time.Hour}, {not, 2 * time.Second}}, true},
		"all were created at the same time":   {[]pod{{ready, 5 * time.Second}, {not, 9 * time.Second}}, false},
		"one that is not ready is the oldest": {[]pod{{ready, time.Minute}, {not, 2 * time.Minute}, {not, time.Second}}, false},
		"one of those that serve is younger":  {[]pod{{ready, time.Second}, {not, time.Minute}, {ready, time.Hour}}, true},
		"none serves":                         {[]pod{{not, time.Second}}, false},
		"in the same second":                  {[]pod{{ready, time.Second}, {not, time.Second}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			counts := PodCounts{}
			for _, p := range test.pods {
				pod := readyPod("web")
				pod.CreationTimestamp = *at(-2 * time.Hour)
				if !p.ready {
					unready(pod)
					pod.CreationTimestamp = *at(-p.since)
				}
				podCondition(pod, corev1.PodReady).LastTransitionTime = *at(-p.since)
				counts.Add(pod, epoch)
			}
			if got := counts[workload.KeyOf(readyPod("web"))]; got.Growing() != test.want {
				t.Errorf("growing: %v of %+v", got.Growing(), got)
			}
		})
	}
}

func unready(p *corev1.Pod) { podCondition(p, corev1.PodReady).Status = corev1.ConditionFalse }

func waits(p *corev1.Pod, reason string) {
	unready(p)
	p.Status.ContainerStatuses[0].State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}
}
