package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// finish shows how a watched release ended and gives its exit code.
func (r *release) finish(ctx context.Context, f *follower, end ending) error {
	work := context.WithoutCancel(ctx)
	r.content.look(work)
	r.warnDuring(f, &end.state, r.content.behind(work, end.state.Outcome)...)
	result := r.sum(&end)
	result.Workloads = append(result.Workloads, r.outline(ctx, rollout.Unchanged, end.unchanged).Workloads...)
	if result.Outcome == rollout.TimedOut {
		for _, w := range end.written {
			result.Next = append(result.Next, app("rollout status", w.Ref()))
		}
		result.Next = append(result.Next, r.wayBack(&end)...)
	}
	r.complete(ctx, &result)
	if err := end.conclude(f, result); err != nil {
		// The release has ended as it has, whatever became of the recording or the terminal.
		_ = view.Warning(r.env.Term, err.Error())
	}
	return r.output.result(r.env, result)
}

// sum is the result of what was watched.
func (r *release) sum(end *ending) rollout.Result {
	result := rollout.NewResult(end.state, end.rollback, r.env.Now())
	result.Message, result.Next = end.message, end.next
	if !end.interrupted.IsZero() {
		result.InterruptedAfter = end.interrupted.Sub(r.started)
	}
	for i := range result.Workloads {
		w := &result.Workloads[i]
		w.Paused = slices.Contains(end.paused, w.Ref)
	}
	return result
}

// conclude shows the result and ends the watch.
func (e *ending) conclude(f *follower, result rollout.Result) error {
	result.Warnings = nil // each was shown when it came up
	if e.rollback != nil {
		f.conclude(e.rollback, &e.state, result)
	} else {
		f.conclude(&e.state, nil, result)
	}
	return f.close()
}

// complete adds what only the transaction knows.
func (r *release) complete(ctx context.Context, result *rollout.Result) {
	if r.content != nil {
		result.AddContent(r.content.result())
	}
	result.Reason = r.reason()
	result.Warnings = r.warnings
	result.ExitCode = outcomeCode(ctx, result.Outcome)
	r.env.hereResult(result)
}

// outline is the result of changes that were not watched.
func (r *release) outline(ctx context.Context, outcome rollout.Outcome, changes []cluster.Change) rollout.Result {
	state := rollout.State{Started: r.started, Outcome: outcome, Policy: r.policy}
	for _, c := range changes {
		w, after := c.Before.Workload, c.After().Template()
		s := rollout.WorkloadState{
			Target: rollout.Target{Ref: c.Ref()}, Outcome: outcome,
			ImagesFrom: workload.Images(&w.Template), ImagesTo: workload.Images(after),
			Env:     workload.CompareEnv(&w.Template, after),
			Changes: workload.CompareTemplates(&w.Template, after),
			Counts:  rollout.Counts{Desired: w.Desired, Updated: w.Updated, Ready: w.Ready, Available: w.Available, Old: w.Total - w.Updated},
		}
		if revision := c.Before.Revision; revision != nil {
			s.RevisionFrom = revision.Number
			if outcome == rollout.Unchanged {
				s.RevisionTo = revision.Number
			}
		}
		state.Workloads = append(state.Workloads, s)
	}
	result := rollout.NewResult(state, nil, r.env.Now())
	r.complete(ctx, &result)
	return result
}

// nothingToDo ends a release whose workloads have the template already.
func (r *release) nothingToDo(ctx context.Context, unchanged []cluster.Change) error {
	if r.content.waits() {
		return r.contentAlone(ctx)
	}
	pending, settled := r.unfinished(unchanged)
	if refused := cluster.RefusePaused(pending, nil); len(refused) > 0 {
		return errors.Join(r.report(refused), r.refuse(ctx, unchanged, refused))
	}
	r.warnPending(pending)
	if len(pending) > 0 && r.flags.wait && r.flags.dryRun == dryRunNone {
		return r.carryOut(ctx, nil, pending, settled)
	}
	result := r.outline(ctx, rollout.Unchanged, unchanged)
	for _, c := range unchanged {
		if unhealthy(c) {
			result.Next = append(result.Next, r.env.here([]string{app("rollout status", c.Ref())})...)
		}
	}
	result.Message = "already up to date" + r.unchangedHint
	shown := result
	shown.Warnings = nil
	return errors.Join(r.view.Finish(shown), r.output.result(r.env, result))
}

// notWatched ends a release with --wait=false: written, and nothing known beyond that.
func (r *release) notWatched(ctx context.Context, written []cluster.Written) error {
	state := rollout.Start(targets(written), r.policy, r.started)
	state.Outcome = rollout.Undecided
	for i := range state.Workloads {
		w := &state.Workloads[i]
		w.Outcome, w.Message = rollout.Undecided, "written, not watched"
		w.ImagesTo = workload.Images(w.Target.Template)
		if before := w.Target.Baseline; before != nil {
			w.ImagesFrom = workload.Images(&before.Workload.Template)
		}
	}
	result := rollout.NewResult(state, nil, r.env.Now())
	r.complete(ctx, &result)
	// The user asked for the write alone, and that is done.
	result.ExitCode = exitOK
	return r.output.result(r.env, result)
}

// refusePlan: the change can't be made of these workloads.
func (r *release) refusePlan(ctx context.Context, captured []cluster.Captured, cause error) error {
	checks, ok := cluster.PlanChecks(cause)
	if !ok {
		return cause
	}
	if err := r.report(checks); err != nil {
		return err
	}
	changes := make([]cluster.Change, 0, len(captured))
	for _, c := range captured {
		changes = append(changes, cluster.Change{Captured: c, Edit: cluster.Edit{Template: *c.Template()}})
	}
	return r.refuse(ctx, changes, checks)
}

// refuseUnbegun is refusePlan where no release was begun, and so there is no result.
func (r *release) refuseUnbegun(cause error) error {
	checks, ok := cluster.PlanChecks(cause)
	if !ok {
		return cause
	}
	for i := range checks {
		checks[i].Next = nil // the commands read from the server, which the file may not be on
	}
	return errors.Join(r.report(checks), decidedError{exitRefused})
}

// refuse ends a release before anything was written.
func (r *release) refuse(ctx context.Context, changes []cluster.Change, refused []cluster.Check) error {
	result := r.outline(ctx, rollout.Refused, changes)
	for _, c := range refused {
		for i := range result.Workloads {
			w := &result.Workloads[i]
			if w.Message == "" && (c.Workload == w.Ref || c.Workload == workload.Ref{}) {
				w.Message = c.Message
			}
		}
		result.Next = append(result.Next, r.env.here(c.Next)...)
	}
	result.Message = refused[0].Message + " (nothing was changed)"
	return r.output.result(r.env, result)
}

// app and kubectl are commands to type about a workload.
func app(verb string, ref workload.Ref) string     { return "kubectl app " + verb + " " + named(ref) }
func kubectl(verb string, ref workload.Ref) string { return "kubectl " + verb + " " + named(ref) }

func named(ref workload.Ref) string { return ref.String() + " -n " + ref.Namespace }

// hintedError adds what to type next to an error.
type hintedError struct {
	err   error
	hints []string
}

func (e hintedError) Error() string   { return e.err.Error() }
func (e hintedError) Unwrap() error   { return e.err }
func (e hintedError) Hints() []string { return e.hints }
