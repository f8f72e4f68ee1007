package rollout

import (
	"fmt"
	"slices"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// decide ends the workload's watch.
func (e *evaluation) decide(outcome Outcome, message string) {
	e.next.Outcome, e.next.Message, e.next.Phase = outcome, message, Done
	if outcome == Succeeded { // what was overcome is no part of the result
		e.next.Findings = nil
	}
	e.next.Findings = slices.Clone(e.next.Findings)
	for i := range e.next.Findings {
		e.next.Findings[i].Decides = nil // that is behind us
	}
}

// verdict decides, or sets the alarm for the next look. The rules that fail a rollout come first.
func (e *evaluation) verdict() {
	deadline, timeout := e.deadline(), e.timeout()
	var end diagnosis.Alarm
	if !deadline.IsZero() {
		end.Set(deadline.Add(-grace)) // what the user set, and not what we add to it
	}
	end.Set(timeout)
	e.next.Deadline = end.At

	complete := e.diagnosis.Complete
	trouble := e.trouble()
	rules := []func(complete bool, trouble diagnosis.Disturbance) bool{
		e.scaledToZero, e.keepsAll, e.failed, e.paused, e.soaked, e.exceeded, e.stalled, e.timedOut,
	}
	for _, rule := range rules {
		if rule(complete, trouble) {
			return
		}
	}
	e.foretell(complete)
}

// keepsAll decides a rollout whose partition keeps all pods at their revision: nothing proves the new one.
func (e *evaluation) keepsAll(complete bool, _ diagnosis.Disturbance) bool {
	w := e.seen.Workload
	if w.Desired == 0 || w.Goal() > 0 || !complete {
		return false
	}
	e.next.CompleteSince = e.now
	e.decide(Succeeded, fmt.Sprintf("the partition keeps all %d pods at their revision: there is no pod to check the new one with", w.Desired))
	return true
}

// scaledToZero decides a workload without pods. It succeeds if it never had replicas, and is superseded if somebody else
// has scaled it down.
func (e *evaluation) scaledToZero(complete bool, _ diagnosis.Disturbance) bool {
	if e.seen.Workload.Desired != 0 || e.diagnosis.NoNode || e.isScale() {
		return false
	}
	switch {
	case e.seen.Workload.Unwatched != "": // a pod that has ended
		e.decide(Superseded, "before it was verified, "+e.seen.Workload.Unwatched)
	case e.next.memory.populated:
		e.decide(Superseded, "scaled to 0 by someone else before it was verified")
	case complete:
		e.next.CompleteSince = e.now
		message := "scaled to 0: there is no pod to check the new revision with"
		if e.seen.Workload.PerNode {
			message = "no node takes its pods: there is no pod to check the new revision with"
		}
		e.decide(Succeeded, message)
	}
	return e.next.Outcome != ""
}

// failed fails a rollout that can't complete without the pods of decided problems.
func (e *evaluation) failed(complete bool, _ diagnosis.Disturbance) bool {
	if e.enough() || e.surplus() || !blocked(e.diagnosis.Problems, e.seen.Workload, e.diagnosis, complete || e.next.Phase == Soaking) {
		return false
	}
	e.decide(Failed, "")
	return true
}

// paused fails a rollout that was paused before the watch: there is nothing to wait for. A release of ours was not paused
// when it began, so whoever paused it can resume it.
func (e *evaluation) paused(complete bool, _ diagnosis.Disturbance) bool {
	if !e.seen.Workload.Paused || complete || !e.observed() || e.next.Target.Baseline != nil {
		return false
	}
	e.decide(Failed, fmt.Sprintf("%s is paused, with changes that are not rolled out", e.next.Target.Name))
	return true
}
