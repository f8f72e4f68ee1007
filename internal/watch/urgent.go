package watch

import (
	"slices"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// decisive tells whether a change of a workload may be what a verdict waits for: another generation,
// another condition, or a rollout that is complete. While thousands of pods come up, mere counts change
// all the time.
func decisive(a, b *workload.Workload) bool {
	return a == nil || a.Generation != b.Generation || a.ObservedGeneration != b.ObservedGeneration ||
		!slices.EqualFunc(a.Conditions, b.Conditions, sameCondition) || b.Complete()
}

func sameCondition(a, b workload.Condition) bool {
	return a.Type == b.Type && a.Status == b.Status && a.Reason == b.Reason
}

// perPod is what one pod adds to the least time between two snapshots, so that judging and showing
// thousands of pods leaves most of a CPU alone: 5,000 make it 525 ms.
const perPod = 100 * time.Microsecond

// pace is the least time between two snapshots that nothing urgent is in; the caller holds the lock.
func (w *Watcher) pace() time.Duration {
	pods := 0
	for _, t := range w.targets {
		pods += t.pods.Len()
	}
	return w.options.Interval + time.Duration(pods)*perPod
}
