package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// release is one transaction, the same for every verb that changes a template: preflight, diff,
// apply, watch, verdict, rollback, one result.
type release struct {
	env     *Env
	cluster *cluster.Cluster
	flags   *releaseFlags
	policy  rollout.Policy
	output  *output
	view    view.View
	// unchangedHint says what else the verb can do where there is nothing to change.
	unchangedHint string
	// resuming is the command that makes the change to a paused workload; nil where the verb has none.
	resuming func(workload.Ref) string
	// undoes: pods of the revision that is left are deleted where they hold up the way back.
	undoes bool
	// command is what the user typed after `kubectl app`.
	command []string
	started time.Time
	// notes are what planning has to say; they become warnings once the plan stands. Several workloads
	// may be planned anew side by side.
	planning sync.Mutex
	notes    []string
	warnings []string
	// shown counts the notes that have been shown: a change may be planned twice.
	shown int
	// strict: notes refuse the change.
	strict bool
	// told is what the preflight said that can't be seen.
	told map[blindSpot]bool
	// content is changed before the workloads; nil if only they are.
	content *releaseContent
}

func newRelease(env *Env, out *output, flags *releaseFlags, policy rollout.Policy) *release {
	return &release{
		env: env, cluster: env.cluster(), flags: flags, policy: policy, output: out,
		view: view.New(env.Term, flags.progress), started: env.Now(),
	}
}

// run carries the transaction through for what the selection names.
func (r *release) run(ctx context.Context, selection cluster.Selection, plan cluster.Plan) error {
	objects, err := r.cluster.Resolve(ctx, selection)
	if err != nil {
		return r.untouched(ctx, resolveError(err))
	}
	if selection.Local {
		return r.runLocal(objects, plan)
	}
	captured, err := r.cluster.Capture(ctx, objects)
	if err != nil {
		return r.untouched(ctx, err)
	}
	return r.change(ctx, captured, plan)
}

// change plans, checks and writes the changes of workloads, and watches what comes of them.
func (r *release) change(ctx context.Context, captured []cluster.Captured, plan cluster.Plan) error {
	changes, err := cluster.PlanAll(captured, plan)
	if err != nil {
		return r.refusePlan(ctx, captured, err)
	}
	if refused := r.showNotes(); len(refused) > 0 {
		return errors.Join(r.report(refused), r.refuse(ctx, changes, refused))
	}
	changed, unchanged := split(changes)
	if len(changed) == 0 {
		return r.nothingToDo(ctx, unchanged)
	}
	if r.flags.dryRun == dryRunClient {
		return r.dryRun(ctx, changed, unchanged)
	}
	preflight, err := r.cluster.Preflight(ctx, changed, cluster.PreflightOptions{
		Watch: r.flags.wait, OldPods: r.flags.oldPods, FieldManager: r.flags.fieldManager, Details: r.flags.diff,
		Keys: r.content.keys(), Resuming: r.resuming, Pauses: r.flags.onFailure == failurePause, Undoes: r.undoes,
	})
	if err != nil {
		return r.untouched(ctx, err)
	}
	changed, stored := split(preflight.Changes)
	if len(stored) > 0 && r.flags.restartUnchanged && len(preflight.Refused()) == 0 {
		return r.change(ctx, captured, r.restarting(stored, plan))
	}
	if err := r.report(preflight.Checks); err != nil {
		return err
	}
	r.told = toldBy(preflight.Checks)
	if refused := preflight.Refused(); len(refused) > 0 {
		return r.refuse(ctx, preflight.Changes, refused)
	}
	unchanged = append(unchanged, stored...)
	if len(changed) == 0 {
		return r.nothingToDo(ctx, unchanged)
	}
	pending, settled := r.unfinished(unchanged)
	if refused := cluster.RefusePaused(pending, nil); len(refused) > 0 {
		return errors.Join(r.report(refused), r.refuse(ctx, slices.Concat(changed, unchanged), refused))
	}
	if r.flags.dryRun == dryRunServer {
		return r.dryRun(ctx, changed, unchanged)
	}
	if err := r.diff(changed); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return r.untouched(ctx, context.Cause(ctx))
	}
	r.warnPending(pending)
	return r.carryOut(ctx, changed, pending, settled)
}

// resolveError: a command line that can't be understood is the user's to mend.
func resolveError(err error) error {
	var argument *cluster.ArgumentError
	if errors.As(err, &argument) {
		return usageError{err}
	}
	return err
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
func (r *release) restarting(stored []cluster.Change, plan cluster.Plan) cluster.Plan {
	return func(c cluster.Captured) (cluster.Edit, error) {
		if slices.ContainsFunc(stored, func(s cluster.Change) bool { return s.Ref() == c.Ref() }) {
			return r.editOrRestart(c, *c.Template()), nil
		}
		return plan(c)
	}
}

// runLocal edits objects from files without a server, as kubectl's --local does.
func (r *release) runLocal(objects []cluster.Object, plan cluster.Plan) error {
	for _, o := range objects {
		edit, err := plan(cluster.Captured{Object: o})
		if err != nil {
			return r.refuseUnbegun(err)
		}
		*o.Template() = edit.Template
	}
	if refused := r.showNotes(); len(refused) > 0 {
		return errors.Join(r.report(refused), decidedError{exitRefused})
	}
	for _, o := range objects {
		if err := r.output.object(r.env, o.API); err != nil {
			return err
		}
	}
	return nil
}

// showNotes shows the notes as warnings; with --strict it returns them as what refuses the change.
func (r *release) showNotes() (refused []cluster.Check) {
	notes := r.notes[r.shown:]
	r.shown = len(r.notes)
	if !r.strict {
		r.warn(notes...)
		return nil
	}
	for _, note := range notes {
		refused = append(refused, cluster.Check{Level: cluster.Refuse, Message: note})
	}
	return refused
}

// dryRun ends a transaction that was only to be looked at.
func (r *release) dryRun(ctx context.Context, changed, unchanged []cluster.Change) error {
	if err := r.diff(changed); err != nil {
		return err
	}
	for _, c := range changed {
		if err := r.output.object(r.env, c.After().API); err != nil {
			return err
		}
	}
	result := r.outline(ctx, rollout.Succeeded, changed)
	result.Workloads = append(result.Workloads, r.outline(ctx, rollout.Unchanged, unchanged).Workloads...)
	result.DryRun = string(r.flags.dryRun)
	return r.output.result(r.env, result)
}

// diff shows what the change does to each object, where --diff asks for it.
func (r *release) diff(changes []cluster.Change) error {
	if !r.flags.diff {
		return nil
	}
	for _, c := range changes {
		var redactor redact.Redactor // numbers from 1 for each object
		before, err := readable(c.Object, &redactor)
		if err != nil {
			return err
		}
		next, err := readable(c.After(), &redactor)
		if err != nil {
			return err
		}
		if err := view.Diff(r.env.Term.Err, c.Ref().String(), before, next); err != nil {
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

// reason is why the change is made. Only what the user writes may hold a value: the command has none.
func (r *release) reason() string {
	return changeCause(r.env.Redactor.LogLine(r.flags.reason), r.command, r.env.Getenv)
}
