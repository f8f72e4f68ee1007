package rollout

import "github.com/kubectl-app/kubectl-app/pkg/diagnosis"

// against says what a pod shows that the controller's counts do not have yet, or never will: it
// calls a rollout done while its pods crash (recordings f, g, i, x).
func (j *judge) against() string {
	for _, pod := range j.diagnosis.Unhealthy {
		if message := diagnosis.NotServing(pod); message != "" {
			return message
		}
	}
	return ""
}

// shaky tells whether a pod has crashed so lately that its present run proves nothing yet.
func (j *judge) shaky() bool {
	for i := range j.diagnosis.Problems {
		if j.diagnosis.Problems[i].Grade != diagnosis.Waiting {
			return true
		}
	}
	return false
}

// oldPodsGone tells whether the last of the old pods is gone, terminating ones included. One that
// ended without being deleted (evicted, say) stays in the API for long, and nobody waits for it.
func (j *judge) oldPodsGone() bool {
	if j.seen.Workload.Terminating > 0 {
		return false
	}
	for _, p := range j.seen.Pods {
		old := j.revision == nil || !j.revision.Owns(p)
		if old && (!diagnosis.Ended(p) || p.DeletionTimestamp != nil) {
			return false
		}
	}
	return true
}
