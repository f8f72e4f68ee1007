package rollout

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// blocked tells whether the rollout can't complete without the pods of the decided problems.
func blocked(all []diagnosis.Problem, w *workload.Workload, d *diagnosis.Diagnosis, complete bool) bool {
	pods := map[*corev1.Pod]bool{}
	for i := range all {
		if !all[i].Decided {
			continue
		}
		if all[i].Affected == nil { // no pod could be created
			return true
		}
		for _, p := range all[i].Affected {
			pods[p] = true
		}
	}
	// A rejected pod is replaced by the next one, so rejected pods count only up to the number of missing pods.
	refused := 0
	for p := range pods {
		if diagnosis.IsRejected(p) {
			refused++
		}
	}
	places := max(max(d.Of, int(w.Desired))-d.Ready, 0)
	n := int32(len(pods) - refused + min(refused, places))
	return n > 0 && stuck(n, w, d, complete)
}

// stuck tells whether a rollout can't complete past n pods. The controller has maxSurge plus
// maxUnavailable pods in flight: as many stand still when all of those are blocked. It ends with at
// most maxUnavailable pods down, so with more it also gets stuck, but then only when all others
// have come up: one bad node among many is not a failed release.
func stuck(n int32, w *workload.Workload, d *diagnosis.Diagnosis, complete bool) bool {
	budget, maxInFlight := slack(w)
	if complete {
		return n > budget
	}
	if n >= maxInFlight {
		return true
	}
	return n > budget && int(n)+d.Ready >= d.Of
}

// slack returns how many pods a rollout may leave down at its end, and how many it has in flight.
func slack(w *workload.Workload) (budget, maxInFlight int32) {
	s := w.Strategy
	if s.Recreate { // all pods at once: the budget is what the API defaults to elsewhere
		return w.Desired / 4, w.Desired
	}
	if s.Ordered { // one that is not ready holds up all others
		return min(s.MaxUnavailable, w.Desired-1), 1
	}
	// At least one pod has to be available, even if the strategy allows none.
	return min(s.MaxUnavailable, w.Desired-1), max(1, min(s.MaxSurge+s.MaxUnavailable, w.Desired))
}

// grace is how long our own clock lets the controller have the first word on its deadline.
const grace = 5 * time.Second

// foretell adds to each finding when it fails the rollout.
func (e *evaluation) foretell(complete bool) {
	for i := range e.diagnosis.Problems {
		k := e.diagnosis.Problems[i]
		end := e.next.Deadline
		if k.Decided || k.Decision.Time.IsZero() || !end.IsZero() && k.Decision.Time.After(end) {
			continue
		}
		then := make([]diagnosis.Problem, len(e.diagnosis.Problems))
		for i, other := range e.diagnosis.Problems {
			other.Decided = other.Decided || !other.Decision.Time.IsZero() && !other.Decision.Time.After(k.Decision.Time)
			then[i] = other
		}
		if blocked(then, e.seen.Workload, e.diagnosis, complete || e.next.Phase == Soaking) {
			k.Decides = &k.Decision
			e.next.Findings[i].Decides = &k.Decision
		}
	}
}
