package release

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// finish shows how a watched release ended and gives its exit code.
func (r *Release) finish(ctx context.Context, f *follower, end ending) (*rollout.Result, error) {
	work := context.WithoutCancel(ctx)
	r.warnDuring(f, &end.state, r.changes.conclude(work, end.state.Outcome, end.broughtBack())...)
	result := r.sum(&end)
	result.Workloads = append(result.Workloads, r.outline(rollout.Unchanged, end.unchanged).Workloads...)
	result.Next = append(result.Next, afterOthers(end.state.Workloads)...)
	if result.Outcome == rollout.TimedOut {
		result.Next = slices.Concat(result.Next, toComplete(result.Workloads), r.wayBack(&end))
	}
	complete := r.complete(ctx, result)
	if err := end.conclude(f, *complete); err != nil {
		// The release has ended as it has, whatever became of the recording or the terminal.
		_ = page.Warning(r.Term, err.Error())
	}
	return complete, nil
}

// afterOthers are the commands that show what someone else has made of the workloads.
func afterOthers(workloads []rollout.WorkloadState) (next []string) {
	for i := range workloads {
		switch w := &workloads[i]; {
		case w.Outcome != rollout.Superseded:
		case w.Deleted:
			next = append(next, fmt.Sprintf("kubectl get %ss -n %s", strings.ToLower(w.Target.Kind), w.Target.Namespace))
		default:
			next = append(next, App("rollout status", w.Target.Ref))
		}
	}
	return next
}

// toComplete are the commands for workloads whose time ran out.
func toComplete(workloads []rollout.WorkloadResult) (next []string) {
	for _, w := range workloads {
		if w.Outcome != rollout.TimedOut {
			continue
		}
		if len(w.Findings) > 0 && w.Findings[0].Cause == diagnosis.OnDelete { // to wait alone brings no new pod
			next = append(next, w.Findings[0].Next...)
		}
		if w.Scale != nil {
			next = append(next, scaleTo(w.Ref, w.Scale.To))
		} else {
			next = append(next, App("rollout status", w.Ref))
		}
	}
	return next
}

// sum is the result of what was watched.
func (r *Release) sum(end *ending) rollout.Result {
	result := rollout.NewResult(end.state, end.rollback, r.Now())
	result.Message, result.NotRolledBack, result.Next = end.message, end.kept, end.next
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

// complete adds what only the transaction and its command know.
func (r *Release) complete(ctx context.Context, result rollout.Result) *rollout.Result {
	for _, c := range r.changes {
		c.AddTo(&result)
	}
	result.Reason = r.command.Reason()
	result.Warnings = r.warnings
	r.command.Complete(ctx, &result)
	result.Next = once(result.Next)
	return &result
}

// outline is the result of changes that were not watched.
func (r *Release) outline(outcome rollout.Outcome, changes []cluster.Change) rollout.Result {
	state := rollout.State{Started: r.started, Outcome: outcome, Policy: r.Policy}
	for _, c := range changes {
		w, after := c.Before.Workload, c.After().Template()
		s := rollout.WorkloadState{
			Target: rollout.Target{Ref: c.Ref(), Restores: c.Edit.Revision}, Outcome: outcome, Scale: scaleOf(c),
			ImagesFrom: workload.Images(&w.Template), ImagesTo: workload.Images(after),
			Env:     workload.CompareEnv(&w.Template, after),
			Changes: workload.CompareTemplates(&w.Template, after),
			Counts:  rollout.Counts{Desired: w.Desired, Updated: w.Updated, Ready: w.Ready, Available: w.Available, Old: w.Total - w.Updated},
		}
		if c.New {
			s.Target.Baseline, s.Changes = c.Before, nil
		}
		if revision := c.Before.Revision; revision != nil {
			s.RevisionFrom = revision.Number
			if outcome == rollout.Unchanged {
				s.RevisionTo = revision.Number
			}
		}
		state.Workloads = append(state.Workloads, s)
	}
	return rollout.NewResult(state, nil, r.Now())
}

// nothingToDo ends a release whose workloads have the template already.
func (r *Release) nothingToDo(ctx context.Context, unchanged []cluster.Change) (*rollout.Result, error) {
	if r.changes.pending() {
		return r.alone(ctx)
	}
	r.setClock(r.cluster.Skew())
	pending, settled := r.unfinished(unchanged)
	if refused := preflight.RefusePaused(pending, nil); len(refused) > 0 {
		return r.reportRefused(ctx, unchanged, refused)
	}
	r.warnPending(pending)
	if len(pending) > 0 && r.Wait && r.DryRun == DryRunNone {
		return r.carryOut(ctx, nil, pending, settled)
	}
	result := r.outline(rollout.Unchanged, unchanged)
	for _, c := range unchanged {
		if unhealthy(c) && !c.Scales() {
			result.Next = append(result.Next, App("rollout status", c.Ref()))
		}
	}
	result.Message = upToDate(unchanged)
	if slices.ContainsFunc(unchanged, func(c cluster.Change) bool { return c.Kind.Releasable() }) {
		result.Message += r.UnchangedHint
	}
	complete := r.complete(ctx, result)
	shown := *complete
	shown.Warnings = nil
	return complete, r.view.Finish(shown)
}

// LeaveAsIs ends a release that does nothing to a workload, whatever its state.
func (r *Release) LeaveAsIs(ctx context.Context, c cluster.Captured) *rollout.Result {
	return r.complete(ctx, r.outline(rollout.Unchanged, []cluster.Change{{Captured: c, Edit: cluster.Edit{Template: *c.Template()}}}))
}

// notWatched ends a release with --wait=false, or of what has no rollout: written, and nothing known beyond that.
func (r *Release) notWatched(ctx context.Context, written []cluster.Written) *rollout.Result {
	state := rollout.Start(targets(written), r.Policy, r.started)
	if state.Outcome == "" {
		state.Outcome = rollout.Undecided
	}
	for i := range state.Workloads {
		w := &state.Workloads[i]
		if w.Outcome == "" {
			w.Outcome, w.Message = rollout.Undecided, "written, not watched"
		}
		if w.Target.Template != nil {
			w.ImagesTo = workload.Images(w.Target.Template)
		}
		if before := w.Target.Baseline; before != nil {
			w.ImagesFrom = workload.Images(&before.Workload.Template)
		}
	}
	return r.complete(ctx, rollout.NewResult(state, nil, r.Now()))
}

// refusePlan: the change can't be made of these workloads.
func (r *Release) refusePlan(ctx context.Context, captured []cluster.Captured, cause error) (*rollout.Result, error) {
	checks, ok := preflight.PlanChecks(cause)
	if !ok {
		return nil, cause
	}
	if err := r.Report(checks); err != nil {
		return nil, err
	}
	changes := make([]cluster.Change, 0, len(captured))
	for _, c := range captured {
		changes = append(changes, cluster.Change{Captured: c, Edit: cluster.Edit{Template: *c.Template()}})
	}
	return r.refuse(ctx, changes, checks), nil
}

// refuse ends a release before anything was written.
func (r *Release) refuse(ctx context.Context, changes []cluster.Change, refused []preflight.Check) *rollout.Result {
	result := r.outline(rollout.Refused, changes)
	for _, c := range refused {
		for i := range result.Workloads {
			w := &result.Workloads[i]
			if w.Message == "" && (c.Workload == w.Ref || c.Workload == workload.Ref{}) {
				w.Message = c.Message
			}
		}
		result.Next = append(result.Next, c.Next...)
	}
	result.Message = refused[0].Message + " (nothing was changed)"
	return r.complete(ctx, result)
}

// Refuse ends a release of which nothing but its other changes was checked.
func (r *Release) Refuse(ctx context.Context, refused []preflight.Check) *rollout.Result {
	return r.refuse(ctx, nil, refused)
}

// reportRefused is refuse where nobody has shown the checks yet.
func (r *Release) reportRefused(ctx context.Context, changes []cluster.Change, refused []preflight.Check) (*rollout.Result, error) {
	err := r.Report(refused)
	return r.refuse(ctx, changes, refused), err
}
