package release

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Change is an object that a release writes before its workloads, and that has no rollout of its own to watch.
type Change interface {
	// String names the object.
	String() string
	// Keys are those that Secrets and ConfigMaps will have, for the preflight of workloads that refer to them.
	Keys() map[workload.Ref][]string
	// Pending: it is still to be written.
	Pending() bool
	// Write writes it, unless someone else has changed it since it was planned.
	Write(context.Context) error
	// Held: it is written, or may be, and Restore would take it back.
	Held() bool
	// Restore takes back what is held; back tells whether any of it is as before. What someone else has changed since
	// stays, and is an error.
	Restore(context.Context) (back bool, err error)
	// RestoreAfter is Restore after an error that ends the release, and adds to that error how the object was left.
	RestoreAfter(ctx context.Context, cause error) error
	// Concerns tells whether it goes back with a workload.
	Concerns(workload.Ref) bool
	// UndoRestores: an undo of the workloads brings back what they had before.
	UndoRestores() bool
	// Conclude looks at the end whether the object is as it was left, and returns warnings. back: all workloads are verified to
	// be as they were.
	Conclude(ctx context.Context, outcome rollout.Outcome, back bool) []string
	// AddTo adds it to the result.
	AddTo(*rollout.Result)
}

// changes are written one after the other, and restored in the opposite order.
type changes []Change

func (all changes) keys() map[workload.Ref][]string {
	keys := map[workload.Ref][]string{}
	for _, c := range all {
		maps.Copy(keys, c.Keys())
	}
	return keys
}

func (all changes) names() string {
	names := make([]string, 0, len(all))
	for _, c := range all {
		names = append(names, c.String())
	}
	return strings.Join(names, ", ")
}

func (all changes) pending() bool { return slices.ContainsFunc(all, Change.Pending) }

func (all changes) held() bool { return slices.ContainsFunc(all, Change.Held) }

// undoRestores: an undo of the workloads brings back all that they had before.
func (all changes) undoRestores() bool {
	return !slices.ContainsFunc(all, func(c Change) bool { return !c.UndoRestores() })
}

// again are the commands that change once more what no undo brings back.
func (all changes) again() (commands []string) {
	for _, c := range all {
		if a, ok := c.(interface{ Again() []string }); ok {
			commands = append(commands, a.Again()...)
		}
	}
	return commands
}

// write takes back what is written, or may be, when one can't be written.
func (all changes) write(ctx, work context.Context) error {
	for _, c := range all {
		if !c.Pending() {
			continue
		}
		if err := c.Write(ctx); err != nil {
			return all.restoreAfter(work, err)
		}
	}
	return nil
}

// restore returns what was taken back, if only in part.
func (all changes) restore(work context.Context, concerns func(Change) bool) (back changes, faults []error) {
	for _, c := range slices.Backward(all) {
		if !c.Held() || !concerns(c) {
			continue
		}
		some, err := c.Restore(work)
		if err != nil {
			faults = append(faults, err)
		}
		if some {
			back = append(back, c)
		}
	}
	return back, faults
}

// restoreAfter takes the changes back where nothing else came of the release but an error.
func (all changes) restoreAfter(work context.Context, cause error) error {
	for _, c := range slices.Backward(all) {
		if c.Held() {
			cause = c.RestoreAfter(work, cause)
		}
	}
	return cause
}

func (all changes) conclude(work context.Context, outcome rollout.Outcome, back bool) (warnings []string) {
	for _, c := range all {
		warnings = append(warnings, c.Conclude(work, outcome, back)...)
	}
	return warnings
}

// alone ends a release that has no workload to change.
func (r *Release) alone(ctx context.Context) (*rollout.Result, error) {
	outcome := rollout.Unchanged
	if r.changes.pending() {
		outcome = rollout.Succeeded
	}
	if r.DryRun != DryRunNone {
		r.changes.showClaims()
		result := r.outline(outcome, nil)
		result.DryRun = string(r.DryRun)
		return r.complete(ctx, result), nil
	}
	if err := r.changes.write(ctx, context.WithoutCancel(ctx)); err != nil {
		return r.notBegun(ctx, err)
	}
	awaited, next := r.await(ctx)
	if awaited == "" {
		return r.complete(ctx, r.outline(outcome, nil)), nil
	}
	result := r.outline(rollout.Worse(outcome, awaited), nil)
	result.Next = next
	complete := r.complete(ctx, result)
	if complete.Exposed != nil { // the verb tells the ways in, too
		return complete, nil
	}
	shown := *complete
	shown.Warnings = nil     // each was shown when it came up
	_ = r.view.Finish(shown) // stderr may be gone: the result has it
	return complete, nil
}

// Awaited is a Change whose effect can be waited for.
type Awaited interface {
	// Await returns how the wait ended, "" if there is nothing to wait for.
	Await(context.Context) (outcome rollout.Outcome, next []string)
}

// await waits for the effects of the changes side by side.
func (r *Release) await(ctx context.Context) (worst rollout.Outcome, next []string) {
	if !r.Wait {
		return "", nil
	}
	type end struct {
		outcome rollout.Outcome
		next    []string
	}
	ends, _ := cluster.Each(context.WithoutCancel(ctx), r.changes, func(_ context.Context, c Change) (e end, _ error) {
		if a, ok := c.(Awaited); ok {
			e.outcome, e.next = a.Await(ctx)
		}
		return e, nil
	})
	for _, e := range ends {
		if worst = rollout.Worse(worst, e.outcome); e.outcome != "" {
			next = append(next, e.next...)
		}
	}
	return worst, next
}
