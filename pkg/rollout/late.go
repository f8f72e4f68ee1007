package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// exceeded: the controller says that the deadline has passed.
func (j *judge) exceeded(bool, diagnosis.Disturbance) bool {
	c := j.seen.Workload.Condition("Progressing")
	if c == nil || c.Status != "False" || c.Reason != "ProgressDeadlineExceeded" || !j.observed() || j.stale(c.Message, c.LastUpdate) {
		return false
	}
	if j.explaining() {
		return false
	}
	j.failLate(c.Message)
	return true
}

// explaining puts a late verdict off for a moment while the evidence for it is on its way: a failed
// rollout that is attached to would else end without its cause.
func (j *judge) explaining() bool {
	m := &j.next.memory
	if m.late.IsZero() {
		m.late = j.now
	}
	return j.diagnosis.Pending() && !j.wake.Passed(m.late.Add(maxExplaining))
}

// maxExplaining is how long evidence may hold up a late verdict.
const maxExplaining = 5 * time.Second

// stale: the condition is about an earlier rollout. The controller leaves it as it is until the new
// one makes progress, when an existing revision is used again; a release that mends a failed one
// must not be failed by it.
func (j *judge) stale(message string, updated time.Time) bool {
	if b := j.next.Target.Before; b != nil && b.Workload != nil {
		if old := b.Workload.Condition("Progressing"); old != nil && old.Reason == "ProgressDeadlineExceeded" && old.LastUpdate.Equal(updated) {
			return true
		}
	}
	return j.revision != nil && strings.HasPrefix(message, `ReplicaSet "`) && !strings.Contains(message, `"`+j.revision.Name+`"`)
}

// stalled: our own clock, for when the controller's is out of order, or stands still because it has
// called the rollout complete already.
func (j *judge) stalled(bool, diagnosis.Disturbance) bool {
	if !j.next.CompleteSince.IsZero() && j.now.Before(j.soakEnd()) {
		return false // a clean window is under way
	}
	if !j.wake.Passed(j.deadline()) {
		return false
	}
	if j.explaining() {
		return false
	}
	if j.seen.Workload.Paused {
		j.decide(TimedOut, "paused for as long as its progress deadline")
		return true
	}
	if j.seen.Workload.Strategy.OnDelete && j.allUnderWay() {
		j.decide(TimedOut, fmt.Sprintf("no old pod was deleted for %s", j.seen.Workload.Strategy.ProgressDeadline))
		return true
	}
	if !j.next.CompleteSince.IsZero() && j.waitsForOldPods() {
		j.decide(TimedOut, "the new pods are up, but old ones have not ended")
		return true
	}
	j.failLate(fmt.Sprintf("no progress for %s", j.seen.Workload.Strategy.ProgressDeadline))
	return true
}

// failLate fails a rollout at its deadline: the cause that stands is what it rests on.
func (j *judge) failLate(message string) {
	late := j.diagnosis.Late(message)
	j.next.Findings = append(slices.Clone(j.next.Findings), late)
	j.decide(Failed, late.Message)
}

// underWay are the causes that take their time, or that someone has chosen.
var underWay = map[diagnosis.Cause]bool{
	diagnosis.ImagePulling: true, diagnosis.InitRunning: true, diagnosis.Paused: true, diagnosis.OnDelete: true,
}

func (j *judge) allUnderWay() bool {
	return !slices.ContainsFunc(j.diagnosis.Problems, func(p diagnosis.Problem) bool { return !underWay[p.Cause] })
}

// timedOut: the user's patience ends. What stands in the way with evidence is a failure; a pull or
// an init container under way is not.
func (j *judge) timedOut(bool, diagnosis.Disturbance) bool {
	if !j.wake.Passed(j.timeout()) || j.explaining() {
		return false
	}
	message := fmt.Sprintf("not complete after %s", j.policy.Timeout)
	for i := range j.diagnosis.Problems {
		if underWay[j.diagnosis.Problems[i].Cause] {
			continue
		}
		j.next.Findings[0], j.next.Findings[i] = j.next.Findings[i], j.next.Findings[0]
		j.decide(Failed, string(diagnosis.DeadlineExceeded)+": "+message)
		return true
	}
	message += j.diagnosis.Silence()
	if !j.next.CompleteSince.IsZero() {
		message = fmt.Sprintf("complete, but still soaking after %s", j.policy.Timeout)
	}
	j.decide(TimedOut, message)
	return true
}

// checkTimeout is for when there is nothing to judge yet.
func (j *judge) checkTimeout() {
	if j.wake.Passed(j.timeout()) {
		j.decide(TimedOut, fmt.Sprintf("the change was not observed within %s", j.policy.Timeout))
	}
	j.next.Deadline = j.timeout()
}
