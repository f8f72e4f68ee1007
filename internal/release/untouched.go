package release

import (
	"context"
	"errors"
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// Untouched ends a release that got no further than its preflight. After a signal, which requests
// report as a failure of their own, what matters is that nothing was changed.
func (r *Release) Untouched(ctx context.Context, err error) (*rollout.Result, error) {
	if ctx.Err() == nil {
		return nil, err
	}
	result := r.outline(rollout.Interrupted, nil)
	result.Message = fmt.Sprintf("%v before anything was written: nothing was changed", context.Cause(ctx))
	return r.complete(ctx, result), errors.New(result.Message)
}
