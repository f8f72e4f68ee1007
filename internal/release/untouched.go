package release

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// Untouched ends a release that got no further than its preflight. After a signal, which requests
// report as a failure of their own, what matters is that nothing was changed.
func (r *Release) Untouched(ctx context.Context, err error) (*rollout.Result, error) {
	if ctx.Err() == nil {
		if errors.As(err, new(*cluster.SupersededError)) {
			return r.Failed(ctx, rollout.Superseded, err), err
		}
		return nil, err
	}
	result := r.outline(rollout.Interrupted, nil)
	result.Message = fmt.Sprintf("%v before anything was written: nothing was changed", context.Cause(ctx))
	return r.complete(ctx, result), errors.New(result.Message)
}

// notBegun ends a release of which no workload is written. How its other changes were left is in the result.
func (r *Release) notBegun(ctx context.Context, cause error) (*rollout.Result, error) {
	if ctx.Err() != nil && r.unwritten(cause, context.Cause(ctx)) {
		return r.Untouched(ctx, cause)
	}
	outcome := rollout.Undecided
	switch refusal := (RefusedError{}); {
	case ctx.Err() != nil:
		outcome = rollout.Interrupted
	case errors.As(cause, &refusal), refusedPlan(cause):
		outcome = rollout.Refused
	case errors.As(cause, new(*cluster.SupersededError)):
		outcome = rollout.Superseded
	}
	return r.Failed(ctx, outcome, cause), cause
}

// unwritten: the signal came before anything was written.
func (r *Release) unwritten(cause, signal error) bool {
	lost := errors.As(cause, new(*cluster.LostError)) || cluster.Is(cause, config.UnknownWrite)
	return errors.Is(cause, signal) && !lost && !slices.ContainsFunc(r.changes, func(c Change) bool { return !c.Pending() })
}

// Failed is the result of a release that came to nothing but an error.
func (r *Release) Failed(ctx context.Context, outcome rollout.Outcome, cause error) *rollout.Result {
	result := r.outline(outcome, nil)
	result.Message = cause.Error()
	if hinter := page.Hinter(nil); errors.As(cause, &hinter) {
		result.Next = hinter.Hints()
	}
	return r.complete(ctx, result)
}

// refusedPlan tells whether the change could not be planned anew for what the workload had become when it was written.
func refusedPlan(cause error) bool {
	_, refused := preflight.PlanChecks(cause)
	return refused
}
