package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
	e.next.Findings = append(slices.Clone(e.next.Findings), late)
	e.decide(Failed, late.Message)
}

func (e *evaluation) allUnderWay() bool {
	return !slices.ContainsFunc(e.diagnosis.Problems, func(p diagnosis.Problem) bool { return !p.Cause.UnderWay() })
}

// timedOut ends a watch at the user's timeout. A problem with evidence makes it a failure; a pull or an init container
// under way does not.
func (e *evaluation) timedOut(bool, diagnosis.Disturbance) bool {
	if !e.wake.Passed(e.timeout()) || e.explaining() {
		return false
	}
	message := fmt.Sprintf("not complete after %s", e.policy.Timeout)
	for i := range e.diagnosis.Problems {
		if e.diagnosis.Problems[i].Cause.UnderWay() {
			continue
		}
		e.next.Findings[0], e.next.Findings[i] = e.next.Findings[i], e.next.Findings[0]
		e.decide(Failed, string(diagnosis.DeadlineExceeded)+": "+message)
		return true
	}
	message += e.diagnosis.Silence()
	if !e.next.CompleteSince.IsZero() {
		message = fmt.Sprintf("complete, but still soaking after %s", e.policy.Timeout)
	}
	e.decide(TimedOut, message)
	return true
}

// checkTimeout applies the timeout before the change has been observed.
func (e *evaluation) checkTimeout() {
	if e.wake.Passed(e.timeout()) {
		e.decide(TimedOut, fmt.Sprintf("the change was not observed within %s", e.policy.Timeout))
	}
	e.next.Deadline = e.timeout()
}
