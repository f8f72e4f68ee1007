// Package release is the one transaction for any change: preflight, diff, apply, watch, verdict, rollback, one result.
// It knows no verb, and no kind of workload.
package release

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Release is one transaction, the same for every change: preflight, diff, apply, watch, verdict, rollback, one result.
type Release struct {
	Options
	Program

	// changes are written before the workloads.
	changes changes
	cluster Cluster
	command Command
	view    view.View
	started time.Time
	// notes are what planning has to say; they become warnings once the plan stands. Several workloads
	// may be planned anew side by side.
	planning sync.Mutex
	notes    []string
	warnings []string
	telling  sync.Mutex
	// shown counts the notes that have been shown: a change may be planned twice.
	shown int
	// forbidden is what the preflight has shown as unreadable.
	forbidden map[unreadable]bool
}

// New prepares the release of a command. Its times count from now.
func New(program Program, c Cluster, command Command, options Options) *Release {
	return &Release{
		Options: options, Program: program, cluster: c, command: command,
		view: view.New(program.Term, options.Progress), started: program.Now(),
	}
}

// Before adds a change that is written before the workloads.
func (r *Release) Before(c Change) { r.changes = append(r.changes, c) }

// Run changes the captured workloads by the plan, and carries the change to its end. The result is nil if the release
// came to nothing but the error; beside a result, the error is what is to be shown of it.
func (r *Release) Run(ctx context.Context, captured []cluster.Captured, plan cluster.Plan) (*rollout.Result, error) {
	if len(captured) == 0 {
		return r.alone(ctx)
	}
	return r.change(ctx, captured, plan)
}

// change plans, checks and writes the changes of workloads, and watches what comes of them.
func (r *Release) change(ctx context.Context, captured []cluster.Captured, plan cluster.Plan) (*rollout.Result, error) {
	changes, err := cluster.PlanAll(captured, plan)
	if err != nil {
		return r.refusePlan(ctx, captured, err)
	}
	if refused := r.ShowNotes(); len(refused) > 0 {
		return r.reportRefused(ctx, changes, refused)
	}
	if r.LeaveFixed {
		var left []string
		changes, left = preflight.WithoutFixed(changes)
		r.Warn(left...)
	}
	changed, unchanged := split(changes)
	if len(changed) == 0 {
		return r.nothingToDo(ctx, unchanged)
	}
	if r.DryRun == DryRunClient {
		return r.dryRun(ctx, changed, unchanged)
	}
	report, err := r.cluster.Preflight(ctx, changed, preflight.Options{
		Watch: r.Wait, OldPods: r.Policy.WaitForOldPods, FieldManager: r.FieldManager, Details: r.Diff, DryRun: r.DryRun == DryRunServer,
		Keys: r.changes.keys(), Claims: r.changes.claims(), Resuming: r.Resuming, Pauses: r.OnFailure == Pause, Deletes: r.OnFailure == Delete || r.OnInterrupt == Delete, Undoes: r.Undoes,
	})
	if err != nil {
		return r.Untouched(ctx, err)
	}
	changed, stored := split(report.Changes)
	if len(stored) > 0 && r.RestartUnchanged && len(report.Refused()) == 0 {
		return r.change(ctx, captured, r.restarting(stored, plan))
	}
	if err := r.Report(report.Checks); err != nil {
		return nil, err
	}
	r.forbidden = shownForbidden(report.Checks)
	if refused := report.Refused(); len(refused) > 0 {
		return r.refuse(ctx, report.Changes, refused), nil
	}
	unchanged = append(unchanged, stored...)
	if len(changed) == 0 {
		return r.nothingToDo(ctx, unchanged)
	}
	if len(unchanged) > 0 {
		r.setClock(r.cluster.Skew())
	}
	pending, settled := r.unfinished(unchanged)
	if refused := preflight.RefusePaused(pending, nil); len(refused) > 0 {
		return r.reportRefused(ctx, slices.Concat(changed, unchanged), refused)
	}
	if r.DryRun == DryRunServer {
		return r.dryRun(ctx, changed, unchanged)
	}
	if err := r.diff(changed); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return r.Untouched(ctx, context.Cause(ctx))
	}
	r.warnPending(pending)
	return r.carryOut(ctx, changed, pending, settled)
}

func split(changes []cluster.Change) (changed, unchanged []cluster.Change) {
	for _, c := range changes {
		if c.Unchanged() {
			unchanged = append(unchanged, c)
		} else {
			changed = append(changed, c)
		}
	}
	return changed, unchanged
}

// restarting is the plan that restarts the workloads in which the change is stored already.
func (r *Release) restarting(stored []cluster.Change, plan cluster.Plan) cluster.Plan {
	return func(c cluster.Captured) (cluster.Edit, error) {
		if slices.ContainsFunc(stored, func(s cluster.Change) bool { return s.Ref() == c.Ref() }) {
			return cluster.Edit{Template: rollout.PlanRestart(c.Template(), r.Now()), ChangeCause: r.command.Reason()}, nil
		}
		return plan(c)
	}
}

// dryRun ends a transaction that was only to be looked at.
func (r *Release) dryRun(ctx context.Context, changed, unchanged []cluster.Change) (*rollout.Result, error) {
	if err := r.diff(changed); err != nil {
		return nil, err
	}
	r.changes.showClaims()
	for _, c := range changed {
		if err := r.command.Print(c.After().API); err != nil {
			return nil, err
		}
	}
	result := r.outline(rollout.Succeeded, changed)
	result.Workloads = append(result.Workloads, r.outline(rollout.Unchanged, unchanged).Workloads...)
	result.DryRun, result.Message = string(r.DryRun), r.goesBack(changed)
	return r.complete(ctx, result), nil
}

// goesBack names the revisions that an undo goes back to.
func (r *Release) goesBack(changed []cluster.Change) string {
	var texts []string
	for _, c := range changed {
		if c.Edit.Revision == 0 {
			continue
		}
		text := fmt.Sprintf("%s would go back to revision %d", c.Ref(), c.Edit.Revision)
		if images := workload.Images(&c.Edit.Template); len(images) == 1 {
			text += fmt.Sprintf(" (%s)", slices.Collect(maps.Values(images))[0])
		}
		if r.Progress != view.ModeNDJSON {
			_ = page.Note(r.Term, text) // stderr may be gone; the result has it too
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

// diff shows what the change does to each object, where --diff asks for it.
func (r *Release) diff(changes []cluster.Change) error {
	if !r.Diff {
		return nil
	}
	for _, c := range changes {
		var redactor redact.Redactor // numbers from 1 for each object
		before := ""
		if !c.New {
			var err error
			if before, err = readable(c.Object, &redactor); err != nil {
				return err
			}
		}
		after := c.After()
		if c.New { // a dry run invents them
			after = after.Copy()
			after.SetUID("")
			after.SetCreationTimestamp(metav1.Time{})
		}
		next, err := readable(after, &redactor)
		if err != nil {
			return err
		}
		if err := page.Diff(r.Term.Err, c.Ref().String(), before, next); err != nil {
			return fmt.Errorf("writing the diff: %w", err)
		}
	}
	return nil
}

// readable is an object as YAML without what the server keeps for itself, and without what may be secret.
func readable(o cluster.Object, redactor *redact.Redactor) (string, error) {
	shown := o.Copy()
	shown.SetResourceVersion("")
	shown.SetGeneration(0)
	plain, err := runtime.DefaultUnstructuredConverter.ToUnstructured(shown.API)
	if err != nil {
		return "", fmt.Errorf("%s as YAML: %w", o.Ref(), err)
	}
	plain["status"] = map[string]any{}
	redactor.Hide(plain, "<hidden value %d>")
	text, err := yaml.Marshal(plain)
	if err != nil {
		return "", fmt.Errorf("%s as YAML: %w", o.Ref(), err)
	}
	return string(text), nil
}
