package rollout

import "github.com/kubectl-app/kubectl-app/pkg/diagnosis"

// against describes a pod that does not serve although the status calls the rollout complete: the controller's counts are
// late, or do not show crashes (recordings f, g, i, x).
func (e *evaluation) against() string {
	if e.enough() {
		return ""
	}
	for _, pod := range e.diagnosis.Unhealthy {
		if message := diagnosis.NotServing(pod); message != "" {
			return message
		}
	}
	return ""
}

// shaky tells whether a pod has crashed and its present run is too short to count as recovered.
func (e *evaluation) shaky() bool {
	if e.enough() {
		return false
	}
	for i := range e.diagnosis.Problems {
		if e.diagnosis.Problems[i].Grade != diagnosis.Waiting {
			return true
		}
	}
	return false
}

// oldPodsGone tells whether all old pods are gone, terminating ones included. It ignores pods that ended without being
// deleted (evicted ones): they stay in the API for long.
func (e *evaluation) oldPodsGone() bool {
	if e.seen.Workload.Terminating > 0 || e.seen.SettledElse(e.revision) > 0 {
		return false
	}
	for _, p := range e.seen.Pods {
		old := e.revision == nil || !e.revision.Owns(p)
		if old && (!diagnosis.Ended(p) || p.DeletionTimestamp != nil) {
			return false
		}
	}
	return true
}
