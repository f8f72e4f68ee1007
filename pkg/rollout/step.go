// Package rollout decides rollouts: it steps a State through Snapshots to a verdict, with the findings of pkg/diagnosis.
// It computes only: the time is an argument, and what it wants to know is data.
package rollout

import (
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Start begins the watch of targets.
func Start(targets []Target, policy Policy, now time.Time) State {
	s := State{Policy: policy, Started: now}
	for _, t := range targets {
		w := WorkloadState{Target: t, Phase: Progressing, memory: memory{watched: now, progressed: now}}
		if b := t.Baseline; b != nil && b.Workload != nil {
			w.memory.populated = b.Workload.Desired > 0
			w.ImagesFrom = workload.Images(&b.Workload.Template)
			w.RevisionFrom = numberOf(b)
			w.Counts = Counts{Desired: b.Workload.Desired, Old: b.Workload.Total, Terminating: b.Workload.Terminating}
		}
		if w.Scale = scaleOf(&t); w.Scale != nil {
			before := t.Baseline.Workload
			w.ImagesTo, w.RevisionFrom = w.ImagesFrom, 0
			w.Counts = Counts{
				Desired: *t.Replicas, Updated: before.Total, Ready: before.Ready, Available: before.Available, Terminating: before.Terminating,
			}.surplusAsOld()
		}
		if t.Template != nil {
			w.ImagesTo = workload.Images(t.Template)
			w.compare()
		}
		if b := t.Baseline; b != nil && b.Workload != nil && b.Workload.Unwatched != "" {
			w.Phase, w.Outcome, w.Message = Done, Succeeded, b.Workload.Unwatched
		}
		s.Workloads = append(s.Workloads, w)
	}
	if len(s.Workloads) > 0 {
		s.Outcome = combine(s.Workloads, policy.All)
	}
	return s
}

// compare fills in what changes beside images, where both templates are known.
func (w *WorkloadState) compare() {
	if b := w.Target.Baseline; b != nil && b.Workload != nil && !b.New && w.Target.Template != nil {
		w.compareWith(&b.Workload.Template, w.Target.Template)
	}
}

func (w *WorkloadState) compareWith(before, after *corev1.PodTemplateSpec) {
	w.Env, w.Changes = workload.CompareEnv(before, after), workload.CompareTemplates(before, after)
}

// numberOf is the revision that was captured; the workload names it, too, where its object was not read.
func numberOf(b *Baseline) int64 {
	if b.Revision != nil {
		return b.Revision.Number
	}
	// What can't be read counts as not known.
	n, _ := strconv.ParseInt(b.Workload.Annotations[workload.AnnotationRevision], 10, 64)
	return n
}

// Step takes in one snapshot and returns the next state and the news. It may be called with the
// same snapshot again when State.Wake has passed.
func Step(s State, snapshot Snapshot, now time.Time) (State, []Event) {
	if s.Outcome != "" {
		return s, nil
	}
	next := s
	next.Workloads = slices.Clone(s.Workloads)
	next.Wants = diagnosis.Wants{}
	var events []Event
	wake := diagnosis.Alarm{Now: now}
	for i := range next.Workloads {
		w := &next.Workloads[i]
		if w.Phase == Done {
			continue
		}
		seen, ok := snapshot[w.Target.Ref]
		if !w.memory.last.holds(seen.Version, now) {
			e := evaluation{policy: s.Policy, now: now, wake: diagnosis.Alarm{Now: now}, was: s.Workloads[i], next: w}
			e.evaluate(seen, ok)
			events = append(events, e.news()...)
			w.memory.last = last{version: seen.Version}
			if e.diagnosis != nil {
				w.memory.last.wants = e.diagnosis.Wants
				e.wake.Set(e.diagnosis.Wake())
			}
			w.memory.last.wake = e.wake.At
		}
		next.Wants.Add(w.memory.last.wants)
		if w.Phase != Done {
			wake.Set(w.memory.last.wake)
		}
	}
	next.Wake = wake.At
	next.Outcome = combine(next.Workloads, next.Policy.All)
	if next.Outcome != "" {
		next.Wants, next.Wake = diagnosis.Wants{}, time.Time{}
		next.failAlike()
	}
	return next, events
}

// failAlike fails the undecided workloads that have the cause of one that decided the release: only patience kept them from
// a verdict. With another cause a workload may be the other one's victim.
func (s *State) failAlike() {
	for i := range s.Workloads {
		if w := &s.Workloads[i]; s.Outcome == Failed && w.Outcome == "" && w.failsLike(s) {
			w.Phase, w.Outcome = Done, Failed
		}
	}
}

func (w *WorkloadState) failsLike(s *State) bool {
	return len(w.Findings) > 0 && w.Findings[0].Grade != diagnosis.Waiting && slices.ContainsFunc(s.Workloads, func(other WorkloadState) bool {
		return other.Outcome == Failed && len(other.Findings) > 0 && other.Findings[0].Cause == w.Findings[0].Cause
	})
}

// badness orders how workloads may end.
var badness = map[Outcome]int{Succeeded: 1, Superseded: 2, TimedOut: 3, Failed: 4}

// combine decides the release: it fails with its first workload (unless each is to be watched to its
// own end), and ends otherwise when all have, as the worst of them did.
func combine(all []WorkloadState, toTheEnd bool) Outcome {
	decided := true
	worst := Succeeded
	for i := range all {
		outcome := all[i].Outcome
		if outcome == Failed && !toTheEnd {
			return Failed
		}
		decided = decided && outcome != ""
		if badness[outcome] > badness[worst] {
			worst = outcome
		}
	}
	if !decided {
		return ""
	}
	return worst
}
