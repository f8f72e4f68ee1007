package watch

import (
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
)

// decisive tells whether a change of a Deployment may be what a verdict waits for: another
// generation, another condition, or a rollout that is complete. While thousands of pods come up,
// mere counts change all the time.
func decisive(before, after *appsv1.Deployment) bool {
	if before == nil || before.Generation != after.Generation {
		return true
	}
	a, b := &before.Status, &after.Status
	return a.ObservedGeneration != b.ObservedGeneration || !slices.EqualFunc(a.Conditions, b.Conditions, sameCondition) || complete(after)
}

func sameCondition(a, b appsv1.DeploymentCondition) bool {
	return a.Type == b.Type && a.Status == b.Status && a.Reason == b.Reason
}

func complete(d *appsv1.Deployment) bool {
	s := &d.Status
	return d.Spec.Replicas != nil && s.ObservedGeneration >= d.Generation &&
		s.UpdatedReplicas == *d.Spec.Replicas && s.Replicas == s.UpdatedReplicas && s.AvailableReplicas == s.UpdatedReplicas
}

// perPod is what one pod adds to the least time between two snapshots, so that judging and showing
// thousands of pods leaves most of a CPU alone: 5,000 make it 100 ms.
const perPod = 15 * time.Microsecond

// pace is the least time between two snapshots that nothing urgent is in; the caller holds the lock.
func (w *Watcher) pace() time.Duration {
	pods := 0
	for _, t := range w.targets {
		pods += len(t.pods)
	}
	return w.options.Interval + time.Duration(pods)*perPod
}
