package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// exceeded fails a rollout whose progress deadline has passed by the controller's clock.
func (e *evaluation) exceeded(bool, diagnosis.Disturbance) bool {
	c := e.seen.Workload.Condition("Progressing")
	if c == nil || c.Status != "False" || c.Reason != "ProgressDeadlineExceeded" || !e.observed() || e.stale(c.Message, c.LastUpdate) {
		return false
	}
	if e.explaining() {
		return false
	}
	e.failLate(c.Message)
	return true
}

// explaining delays a late verdict for a moment while its evidence is on its way. Without it, a watch that begins after
// the failure would end without a cause.
func (e *evaluation) explaining() bool {
	m := &e.next.memory
	if m.late.IsZero() {
		m.late = e.now
	}
	return e.diagnosis.Pending() && !e.wake.Passed(m.late.Add(maxExplaining))
}

// maxExplaining is how long evidence may hold up a late verdict.
const maxExplaining = 5 * time.Second

// stale tells whether the condition is about an earlier rollout. If an existing revision is used again, the controller
// keeps the condition until the new rollout makes progress.
func (e *evaluation) stale(message string, updated time.Time) bool {
	if b := e.next.Target.Baseline; b != nil && b.Workload != nil {
		if old := b.Workload.Condition("Progressing"); old != nil && old.Reason == "ProgressDeadlineExceeded" && old.LastUpdate.Equal(updated) {
			return true
		}
	}
	return e.revision != nil && strings.HasPrefix(message, `ReplicaSet "`) && !strings.Contains(message, `"`+e.revision.Name+`"`)
}

// stalled ends a rollout whose progress deadline has passed by our own clock. The controller's clock can be wrong, and it
// stops once the status calls the rollout complete.
func (e *evaluation) stalled(bool, diagnosis.Disturbance) bool {
	if !e.next.CompleteSince.IsZero() && e.now.Before(e.soakEnd()) {
		return false // a clean window is under way
	}
	if !e.wake.Passed(e.deadline()) {
		return false
	}
	if e.explaining() {
		return false
	}
	if e.seen.Workload.Paused {
		e.decide(TimedOut, "paused for as long as its progress deadline")
		return true
	}
	if e.seen.Workload.Strategy.OnDelete && e.allUnderWay() {
		e.decide(TimedOut, fmt.Sprintf("no old pod was deleted for %s", e.seen.Workload.Strategy.ProgressDeadline))
		return true
	}
	if !e.next.CompleteSince.IsZero() && e.waitsForOldPods() {
		e.decide(TimedOut, "the new pods are up, but old ones have not ended")
		return true
	}
	message := fmt.Sprintf("no progress for %s", e.seen.Workload.Strategy.ProgressDeadline)
	if e.seen.Workload.Strategy.Lenient && (e.allUnderWay() || e.fewNodes()) {
		e.decide(TimedOut, message+e.diagnosis.Silence())
		return true
	}
	e.failLate(message)
	return true
}

// fewNodes tells whether all nodes have their new pod but for as many as may be without: a pod that is bound to a lost
// node can't move to another one.
func (e *evaluation) fewNodes() bool {
	w := e.seen.Workload
	budget, _ := slack(w)
	return w.PerNode && w.Desired-e.next.Counts.Available <= budget
}

// failLate fails a rollout at its deadline. Its findings stay, and DeadlineExceeded is added.
func (e *evaluation) failLate(message string) {
	late := e.diagnosis.Late(message)
	late.AllPods = e.isScale()
	e.next.Findings = append(slices.Clone(e.next.Findings), late)
	e.decide(Failed, late.Message)
}

func (e *evaluation) allUnderWay() bool {
	return !slices.ContainsFunc(e.diagnosis.Problems, func(p diagnosis.Problem) bool { return !p.Cause.UnderWay() })
}

// timedOut ends a watch at the user's timeout. It is a failure only if a cause blocks the rollout: what still makes progress
// has run out of time.
func (e *evaluation) timedOut(complete bool, _ diagnosis.Disturbance) bool {
	if !e.wake.Passed(e.timeout()) || e.explaining() {
		return false
	}
	if i := e.blocker(complete); i >= 0 {
		e.next.Findings[0], e.next.Findings[i] = e.next.Findings[i], e.next.Findings[0]
		e.decide(Failed, fmt.Sprintf("not complete after %s", e.policy.Timeout))
		return true
	}
	message := fmt.Sprintf("not complete after %s", e.policy.Timeout) + e.diagnosis.Silence()
	if !e.next.CompleteSince.IsZero() {
		message = fmt.Sprintf("complete, but still soaking after %s", e.policy.Timeout)
	}
	e.decide(TimedOut, message)
	return true
}

// blocker is the first of the problems that block the rollout when its time is over; -1 if none does.
func (e *evaluation) blocker(complete bool) int {
	first := -1
	at := make([]diagnosis.Problem, len(e.diagnosis.Problems))
	for i, p := range e.diagnosis.Problems {
		if p.Decided = !p.Cause.UnderWay() && e.standsStill(&p); p.Decided && first < 0 {
			first = i
		}
		at[i] = p
	}
	if first < 0 || e.enough() || !blocked(at, e.seen.Workload, e.diagnosis, complete || e.next.Phase == Soaking) {
		return -1
	}
	return first
}

// standsStill tells whether a problem is none that ends by itself in the time that new pods need to become ready. Of one
// that does it leaves the pods that have needed longer.
func (e *evaluation) standsStill(p *diagnosis.Problem) bool {
	m := &e.next.memory
	switch {
	case p.SlowStart(), p.Affected != nil && e.surplus():
		return false
	case p.Grade != diagnosis.Waiting, p.Cause != diagnosis.ReadinessFailing, e.diagnosis.Ready == 0 && m.readied.IsZero():
		return true
	}
	p.Affected = slices.DeleteFunc(slices.Clone(p.Affected), func(pod *corev1.Pod) bool {
		return e.now.Sub(e.diagnosis.UnreadySince(pod)) <= m.usual()
	})
	return len(p.Affected) > 0
}

// checkTimeout applies the timeout before the change has been observed.
func (e *evaluation) checkTimeout() {
	if e.wake.Passed(e.timeout()) {
		e.decide(TimedOut, fmt.Sprintf("the change was not observed within %s", e.policy.Timeout))
	}
	e.next.Deadline = e.timeout()
}
