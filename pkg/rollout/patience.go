package rollout

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// weigh dates each complaint from when its cause first appeared on any new pod, and tells which have
// outlasted their patience. It sets the alarm for the next that will.
func (c *clues) weigh(all []complaint, policy FailFast, outage bool) {
	for i := range all {
		k := &all[i]
		k.since, k.fatalSince = c.memory.sightings[k.sight].first, c.memory.sightings[k.sight].fatal
		k.decided = c.outlasted(k, policy, outage)
	}
}

func (c *clues) outlasted(k *complaint, policy FailFast, outage bool) bool {
	if policy == FailFastOff || k.Grade != Failing {
		k.decision = Decision{}
	}
	switch {
	case policy == FailFastOff, k.Grade == Waiting, k.vague:
		return false
	case policy == FailFastStrict:
		return true
	case k.Grade == Failing:
		return k.rounds >= failingRestarts || outage
	}
	patience := k.patience
	if k.pods == nil {
		// The controller tries again after twice the time each time: what it was refused before is only
		// known to be so still when as much time again has passed.
		patience = max(patience, k.fatalSince.Sub(k.since))
	}
	end := k.fatalSince.Add(patience)
	if e := k.exemplar; e.noted && e.span < k.patience {
		// The kubelet tries again ever more rarely: between two events the cause may be gone.
		end = end.Add(k.patience)
	}
	if !c.now.Before(end) {
		return true
	}
	c.wake.set(end)
	k.decision = Decision{Time: end}
	return false
}

// blocked tells whether the rollout can't get past the pods that the decided complaints hold back.
func blocked(all []complaint, w *workload.Workload, d *diagnosis, complete bool) bool {
	pods := map[*corev1.Pod]bool{}
	for i := range all {
		if !all[i].decided {
			continue
		}
		if all[i].pods == nil { // no pod could be created
			return true
		}
		for _, p := range all[i].pods {
			pods[p] = true
		}
	}
	// A refused pod is replaced by the next one: they count as the places that they were for.
	refused := 0
	for p := range pods {
		if rejectedByKubelet(p) {
			refused++
		}
	}
	places := max(max(d.of, int(w.Desired))-d.ready, 0)
	n := int32(len(pods) - refused + min(refused, places))
	return n > 0 && stuck(n, w, d, complete)
}

// stuck tells whether a rollout can't complete past n pods. The controller has maxSurge plus
// maxUnavailable pods in flight: as many stand still when all of those are blocked. It ends with at
// most maxUnavailable pods down, so with more it also gets stuck, but then only when all others
// have come up: one bad node among many is not a failed release.
func stuck(n int32, w *workload.Workload, d *diagnosis, complete bool) bool {
	budget, flight := slack(w)
	if complete {
		return n > budget
	}
	if n >= flight {
		return true
	}
	return n > budget && int(n)+d.ready >= d.of
}

// slack returns how many pods a rollout may leave down at its end, and how many it has in flight.
func slack(w *workload.Workload) (budget, flight int32) {
	s := w.Strategy
	if s.Recreate { // all pods at once: the budget is what the API defaults to elsewhere
		return w.Desired / 4, w.Desired
	}
	if s.Ordered { // one that is not ready holds up all others
		return min(s.MaxUnavailable, w.Desired-1), 1
	}
	// With all of them unavailable nothing runs, whatever the strategy allows.
	return min(s.MaxUnavailable, w.Desired-1), max(1, min(s.MaxSurge+s.MaxUnavailable, w.Desired))
}

// grace is how long our own clock lets the controller have the first word on its deadline.
const grace = 5 * time.Second
