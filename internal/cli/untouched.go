package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// untouched ends a release that got no further than its preflight. After a signal, which requests
// report as a failure of their own, what matters is that nothing was changed.
func (r *release) untouched(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	result := r.outline(ctx, rollout.Interrupted, nil)
	result.Message = fmt.Sprintf("%v before anything was written: nothing was changed", context.Cause(ctx))
	r.complete(ctx, &result)
	return errors.Join(view.Error(r.env.Term, errors.New(result.Message)), r.output.result(r.env, result))
}
