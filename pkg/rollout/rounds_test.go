package rollout

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// TestRoundsOfAnEarlierStory: only restarts of the loop that is seen count towards its verdict.
func TestRoundsOfAnEarlierStory(t *testing.T) {
	const day = 24 * time.Hour
	// found is a complete rollout whose first pod has 7 restarts, the last after a run of that length.
	found := func(t *testing.T, ran, since time.Duration) (*world, *corev1.Pod) {
		w := foundWorld(t)
		w.seen.Forbidden = []string{"logs", "events"}
		w.finished()
		pod := w.seen.Pods[0].DeepCopy()
		ranBefore(pod, ran, since)
		pod.Status.ContainerStatuses[0].RestartCount = 7
		w.pods(pod, w.seen.Pods[1], w.seen.Pods[2])
		return w, pod
	}
	again := func(w *world, pod *corev1.Pod, restarts int32) {
		p := pod.DeepCopy()
		ranBefore(p, time.Second, epoch.Sub(w.now)-time.Second)
		p.Status.ContainerStatuses[0].RestartCount = restarts
		w.pods(p, w.seen.Pods[1], w.seen.Pods[2])
	}
	t.Run("it had run for a month", func(t *testing.T) {
		w, _ := found(t, 30*day, 5*time.Second)
		w.after(time.Second).outcome("").after(2 * time.Minute).outcome(Succeeded)
	})
	t.Run("it is in a loop", func(t *testing.T) {
		w, _ := found(t, time.Second, 5*time.Second)
		w.after(time.Second).outcome(Failed).first(diagnosis.CrashLoop, diagnosis.Failing)
		if got := w.state.Workloads[0].Findings[0].Restarts; got != 7 {
			t.Errorf("it tells of %d restarts", got)
		}
	})
	t.Run("it has run for a day, and crashes anew", func(t *testing.T) {
		w, pod := found(t, 2*day, day)
		w.state.Policy.Soak = time.Hour
		w.after(time.Second).outcome("")
		for _, restarts := range []int32{8, 9} {
			again(w, pod, restarts)
			w.after(2*time.Second).outcome("").first(diagnosis.CrashLoop, diagnosis.Failing)
		}
		again(w, pod, 10)
		w.after(2 * time.Second).outcome(Failed)
	})
}
