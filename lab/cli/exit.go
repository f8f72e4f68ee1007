package cli

import (
	"context"
	"errors"

	"github.com/kubectl-app/kubectl-app/lab/usage"
)

// The exit codes are those of `kubectl app help exit-codes`.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

func exitCode(ctx context.Context, err error) int {
	var wrong usage.Error
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &wrong):
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitInterrupted
	}
	return exitFailed
}
