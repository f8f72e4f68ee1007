package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// rollBack restores what was serving before and watches that too. What was not serving is left as
// it is: a release that was to mend something broken must not bring the broken state back.
func (r *Release) rollBack(ctx, work context.Context, f *follower, end *ending) {
	var restorable []cluster.Written
	var kept, away []string // why, and the commands
	var found [][]diagnosis.Finding
	for _, w := range end.written {
		if worthRestoring(w) {
			restorable = append(restorable, w)
			continue
		}
		kept = append(kept, notRolledBack(w))
		away = append(away, r.away(f, w, end)...)
		if !w.Scaled {
			found = append(found, end.findings(w.Ref()))
		}
	}
	if len(kept) > 0 {
		end.kept = strings.Join(kept, "; ")
		end.next = append(end.next, afterCauses(found, slices.Concat(r.changes.again(), away))...)
	}
	if len(restorable) == 0 && !end.incomplete {
		return
	}
	// First, for the pods that come back read it.
	back, faults := r.changes.restore(work, func(c Change) bool {
		return end.incomplete || slices.ContainsFunc(restorable, func(w cluster.Written) bool { return c.Concerns(w.Ref()) })
	})
	end.unrestored = len(faults) > 0
	for _, err := range faults {
		r.warnDuring(f, &end.state, err.Error())
	}
	if len(restorable) < len(end.written) && len(back) > 0 {
		end.takeBack(restorable, back)
	}
	if len(restorable) == 0 {
		return
	}
	restored, failed := r.restoreAll(work, restorable, end)
	policy := r.Policy
	// The deadline of the way back is its own: --timeout was for the change.
	policy.Timeout, policy.WaitForOldPods, policy.All = 0, false, true
	if slices.ContainsFunc(restorable, func(w cluster.Written) bool {
		return w.Effect() == "" && w.Before.Workload.Strategy.ProgressDeadline == 0
	}) {
		policy.Timeout = maxSilence // nothing else would end it
	}
	goals := unblocking(targets(restored), true)
	f.unblock = r.unblocker(work)
	state := rollout.Start(goals, policy, r.Now())
	if len(restored) > 0 {
		f.recorder.rolledBack(targets(restored))
		f.announceRollback(&end.state, &state, restored)
		state = r.followBack(ctx, f, state, &end.state)
		r.warnDuring(f, &end.state, r.recordVerdicts(work, f, proven(state))...)
	}
	state.Workloads = append(state.Workloads, failed...)
	end.rollback = &state
	if state.Outcome == rollout.Interrupted {
		end.message = fmt.Sprintf("%v: the rollback is written, but not verified", context.Cause(ctx))
		for _, w := range restored {
			end.next = append(end.next, watchAgain(w))
		}
	}
}

// notRolledBack says why a workload stays as it is.
func notRolledBack(w cluster.Written) (why string) {
	if w.Doubt != "" {
		return w.Doubt
	}
	return before(w) + " was not serving before this change"
}

// away are the commands that bring a workload to where it can be brought.
func (r *Release) away(f *follower, w cluster.Written, end *ending) (commands []string) {
	if w.Scaled {
		if w.Doubt == "" {
			commands = []string{scaleTo(w.Ref(), w.Before.Workload.Desired)}
		}
		return commands
	}
	other := rollout.FallbackRevision(f.snapshot[w.Ref()].Revisions, w.Before, w.Template())
	undoes := r.changes.undoRestores() && (other > 0 || w.Doubt != "" && w.Before != nil)
	if !undoes || len(end.written) == 1 {
		commands = append(commands, App("rollout history", w.Ref()))
	}
	if undoes {
		commands = append(commands, Undo(w.Ref(), other, end.findings(w.Ref())...))
	}
	return commands
}

// takeBack fails the workloads that are not rolled back: the old data was not good enough for their new pods.
func (e *ending) takeBack(restorable []cluster.Written, back changes) {
	for i := range e.state.Workloads {
		w := &e.state.Workloads[i]
		goesBack := slices.ContainsFunc(restorable, func(r cluster.Written) bool { return r.Ref() == w.Target.Ref })
		read := slices.DeleteFunc(slices.Clone(back), func(c Change) bool { return !c.Concerns(w.Target.Ref) })
		if !goesBack && len(read) > 0 && w.Outcome == rollout.Succeeded {
			w.Outcome, w.Message = rollout.Failed, read.names()+" has its old data again; containers read it when they next start"
		}
	}
}

// worthRestoring: it was serving, or it was scaled to 0, where no harm can come of going back.
func worthRestoring(w cluster.Written) bool {
	return w.Doubt == "" && !w.New && w.Before != nil && (w.Before.Serving || w.Before.Workload.Desired == 0)
}

// before names what a change found.
func before(w cluster.Written) string {
	if w.Scaled {
		return fmt.Sprintf("%s with %s", w.Ref(), replicas(w.Before.Workload.Desired))
	}
	if w.Before == nil || w.Before.Revision == nil || w.Before.Revision.Number == 0 {
		return w.Ref().String()
	}
	return fmt.Sprintf("revision %d of %s", w.Before.Revision.Number, w.Ref())
}

// proven are the workloads whose way back is verified: their revisions are known to be good. One that
// failed on the way back was good once, and what it lacks now may be none of its own.
func proven(back rollout.State) rollout.State {
	back.Workloads = slices.DeleteFunc(slices.Clone(back.Workloads), func(w rollout.WorkloadState) bool {
		return w.Outcome != rollout.Succeeded
	})
	return back
}

// restoreAll puts back each workload; those that were not are returned as decided states.
func (r *Release) restoreAll(work context.Context, written []cluster.Written, end *ending) (restored []cluster.Written, failed []rollout.WorkloadState) {
	backs, faults := r.cluster.RestoreAll(work, written, r.WriteOptions())
	for i, w := range written {
		err := faults[i]
		if err == nil {
			restored = append(restored, backs[i])
			continue
		}
		message := err.Error()
		if superseded := (*cluster.SupersededError)(nil); errors.As(err, &superseded) {
			message = superseded.What
			if superseded.Restored {
				message = restoredElsewhere(w)
			}
			end.next = append(end.next, watchAgain(w))
		}
		failed = append(failed, rollout.WorkloadState{
			Target: w.Target(), Phase: rollout.Done, Outcome: restoreOutcome(err), Message: message,
		})
	}
	return restored, failed
}

// restoredElsewhere: two jobs that roll the same object back do the same.
func restoredElsewhere(w cluster.Written) string {
	if w.Before == nil || w.Before.Revision == nil || w.Before.Revision.Number == 0 {
		return "already rolled back by another job"
	}
	return fmt.Sprintf("already rolled back by another job to revision %d", w.Before.Revision.Number)
}

// restoreOutcome is what the error of a restore means for the workload.
func restoreOutcome(err error) rollout.Outcome {
	var superseded *cluster.SupersededError
	var notWritten *cluster.NotWrittenError
	switch {
	case errors.As(err, &superseded):
		return rollout.Superseded
	case errors.As(err, &notWritten):
		return rollout.Unchanged // it is as it was
	}
	return rollout.Failed
}

// followBack watches the rollback; what ends the watch early is its outcome.
func (r *Release) followBack(ctx context.Context, f *follower, back rollout.State, release *rollout.State) rollout.State {
	back, err := f.follow(ctx, back, release)
	if err == nil {
		return back
	}
	outcome := rollout.Failed
	if ctx.Err() != nil {
		outcome = rollout.Interrupted
	}
	for i := range back.Workloads {
		if w := &back.Workloads[i]; w.Outcome == "" {
			w.Outcome, w.Message = outcome, fmt.Sprintf("restored, but the watch ended before this was verified: %v", err)
		}
	}
	back.Outcome = outcome
	return back
}

// announceRollback tells what is restored.
func (f *follower) announceRollback(release, back *rollout.State, restored []cluster.Written) {
	refs := make([]workload.Ref, 0, len(restored))
	for _, w := range restored {
		refs = append(refs, w.Ref())
	}
	f.showEvents(*back, release, rollout.RollbackEvents(release, refs, f.now()))
}
