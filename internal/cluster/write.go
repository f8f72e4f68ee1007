package cluster

import (
	"context"
	"errors"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Write is one guarded write of an object: read, plan, send. The request carries what was read as its precondition.
// After a conflict, Write reads and plans anew. After a lost answer it does the same, so that Plan sees what became
// of the request before it is sent again.
type Write[T any] struct {
	// Read returns the object as it is now.
	Read func(context.Context) (T, error)
	// Plan prepares Send for the object that was read; done: nothing is left to send. uncertain: an earlier request
	// may have been carried out.
	Plan func(ctx context.Context, now T, uncertain bool) (done bool, err error)
	// Send sends one request, and returns the object as it is then. A conflict is an *Error with that reason.
	Send func(context.Context) (T, error)

	// Planned: the caller has read and planned, so that Send comes first.
	Planned bool
	// DryRun: the server stores nothing, so that a lost answer leaves nothing open.
	DryRun bool
	// Restores: the write takes back an earlier one. A server that is away is waited for, up to two minutes.
	Restores bool
}

// LostError is the error of a write that may have been carried out: its answer was lost, and the object could not be
// read or judged since.
type LostError struct{ Err error }

func (e *LostError) Error() string { return e.Err.Error() }
func (e *LostError) Unwrap() error { return e.Err }

// Run carries out the write. When the context ends, a request that is under way is still waited for, and what became
// of a lost one is still read; nothing more is sent. The error is a *LostError if that stays unknown.
func (w Write[T]) Run(ctx context.Context) (object T, err error) {
	graceful, stop := grace(ctx)
	defer stop()
	// stale: nothing is planned for the object as it is now; lost: the last answer was lost, and nobody has looked since.
	stale, lost := !w.Planned, false
	read := func(ctx context.Context, uncertain bool) (done bool, err error) {
		now, err := w.Read(ctx)
		if err == nil {
			done, err = w.Plan(ctx, now, uncertain)
		}
		if done {
			object = now
		}
		lost = lost && err != nil
		return done, err
	}
	if stale && !w.Restores { // before anything is sent, trouble is reported at once
		if done, err := read(ctx, false); done || err != nil {
			return object, err
		}
		stale = false
	}
	err = w.patience().repeat(ctx, func(uncertain bool) error {
		if stale {
			if done, err := read(ctx, uncertain); done || err != nil {
				return err
			}
		}
		stale = true
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var err error
		object, err = w.Send(graceful)
		lost = !w.DryRun && MayHaveActed(err)
		return err
	})
	if lost && ctx.Err() != nil {
		if done, _ := read(graceful, true); done {
			return object, nil
		}
	}
	if lost {
		err = &LostError{err}
	}
	return object, err
}

func (w Write[T]) patience() patience {
	if w.Restores {
		return restorePatience()
	}
	return applyPatience()
}

// MayHaveActed tells whether the server may have carried out a write whose answer did not come.
func MayHaveActed(err error) bool {
	return err != nil && (broken(err) || timedOut(err) || apierrors.IsTimeout(err) || isCancelled(err) || ofAProxy(err) || ofTheStore(err))
}

// ofTheStore: etcd's own words ("request timed out", "leader changed") are passed on without a reason, and
// it may have stored what it could not confirm.
func ofTheStore(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status) && status.Status().Code == http.StatusInternalServerError && status.Status().Reason == metav1.StatusReasonUnknown
}

// ofAProxy: a failure in words that are not the API server's comes from something in between, which does
// not know what became of the request.
func ofAProxy(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status) && status.Status().Code >= 500 && apierrors.IsUnexpectedServerError(err)
}
