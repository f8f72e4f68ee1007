package rollout

import (
	"fmt"
	"slices"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// decide ends the workload's watch.
func (j *judge) decide(outcome Outcome, message string) {
	j.next.Outcome, j.next.Message, j.next.Phase = outcome, message, Done
	if outcome == Succeeded { // what was overcome is no part of the result
		j.next.Findings = nil
	}
	j.next.Findings = slices.Clone(j.next.Findings)
	for i := range j.next.Findings {
		j.next.Findings[i].Decides = nil // that is behind us
	}
}

// verdict decides, or says when to look again. What counts against the rollout comes first.
func (j *judge) verdict() {
	deadline, timeout := j.deadline(), j.timeout()
	var end diagnosis.Alarm
	if !deadline.IsZero() {
		end.Set(deadline.Add(-grace)) // what the user set, and not what we add to it
	}
	end.Set(timeout)
	j.next.Deadline = end.At

	complete := j.diagnosis.Complete
	trouble := j.trouble()
	rules := []func(complete bool, trouble diagnosis.Disturbance) bool{
		j.scaledToZero, j.failed, j.paused, j.soaked, j.exceeded, j.stalled, j.timedOut,
	}
	for _, rule := range rules {
		if rule(complete, trouble) {
			return
		}
	}
	j.foretell(complete)
}

// scaledToZero: no pod is left to judge by. A workload that has none all the while proves nothing and
// harms nobody; one that somebody else scales down half-way takes the verdict away from us.
func (j *judge) scaledToZero(complete bool, _ diagnosis.Disturbance) bool {
	if j.seen.Workload.Desired != 0 || j.noNode() {
		return false
	}
	switch {
	case j.next.memory.populated:
		j.decide(Superseded, "scaled to 0 by someone else before it was verified")
	case complete:
		j.next.CompleteSince = j.now
		message := "scaled to 0: there is no pod to check the new revision with"
		if j.seen.Workload.PerNode {
			message = "no node takes its pods: there is no pod to check the new revision with"
		}
		j.decide(Succeeded, message)
	}
	return j.next.Outcome != ""
}

// noNode: there were nodes for its pods, and there is none for those of the new template.
func (j *judge) noNode() bool {
	return j.seen.Workload.PerNode && j.seen.Workload.Desired == 0 && j.next.memory.populated
}

// failed: what blocks has outlasted its patience, and the rollout can't get past it.
func (j *judge) failed(complete bool, _ diagnosis.Disturbance) bool {
	if !blocked(j.diagnosis.Problems, j.seen.Workload, j.diagnosis, complete || j.next.Phase == Soaking) {
		return false
	}
	j.decide(Failed, "")
	return true
}

// paused: a rollout that is attached to while it is paused is not waited for, as there is nothing under
// way. Our own release was not paused when it began: whoever paused it can resume it.
func (j *judge) paused(complete bool, _ diagnosis.Disturbance) bool {
	if !j.seen.Workload.Paused || complete || !j.observed() || j.next.Target.Before != nil {
		return false
	}
	j.decide(Failed, fmt.Sprintf("%s is paused, with changes that are not rolled out", j.next.Target.Name))
	return true
}
