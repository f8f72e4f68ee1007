package diagnosis

import (
	"testing"
	"time"
)

// The kubelet forgets its back-off when a container has run for long: the estimate begins anew then.
func TestEstimateAfterALongRun(t *testing.T) {
	pod := crashedPod("web-1", 12, 1)
	ended := pod.Status.ContainerStatuses[0].State.Terminated
	ended.StartedAt.Time, ended.FinishedAt.Time = epoch.Add(-20*time.Second), epoch
	for base, want := range map[int32]time.Duration{12: 78 * time.Second, 0: 15*time.Minute + 40*time.Second} {
		for ref := range containers(pod) {
			if got := ref.restartsAt(base, 15, false); got.Time.Sub(epoch) != want || got.Restart != 15 {
				t.Errorf("after %d restarts before: in %s, want %s", base, got.Time.Sub(epoch), want)
			}
		}
	}
}
