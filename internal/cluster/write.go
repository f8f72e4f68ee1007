package cluster

import (
	"context"
	"errors"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Write is one guarded write of an object: read, plan, send. The request carries what was read as its precondition.
// After a conflict, Write reads and plans anew. After a lost answer it does the same, so that Plan sees what became
// of the request before it is sent again.
type Write[T any] struct {
	// Read returns the object as it is now.
	Read func(context.Context) (T, error)
	// MayArrive tells whether the last request could still be carried out on the object as it is now: nothing has changed
	// since it was planned, so that its precondition holds. It is asked before Plan.
	MayArrive func(now T) bool
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

// LostError is the error of a write that may have been carried out, or may still be: its answer was lost, and nothing
// that was read since rules that out.
type LostError struct{ Err error }

func (e *LostError) Error() string { return e.Err.Error() }
func (e *LostError) Unwrap() error { return e.Err }

// Run carries out the write. When the context ends, a request that is under way is still waited for, and what became
// of a lost one is still read; nothing more is sent. The error is a *LostError if that stays unknown.
func (w Write[T]) Run(ctx context.Context) (object T, err error) {
	graceful, stop := grace(ctx)
	defer stop()
	// stale: nothing is planned for the object as it is now; lost: a request without an answer may have been carried
	// out, or may still be.
	stale, lost, uncertain := !w.Planned, false, false
	read := func(ctx context.Context) (done bool, err error) {
		now, err := w.Read(ctx)
		if err != nil {
			return false, err
		}
		open := lost && w.MayArrive(now)
		if done, err = w.Plan(ctx, now, uncertain); done {
			object = now
		}
		lost = open || lost && err != nil
		return done, err
	}
	if stale && !w.Restores { // before anything is sent, trouble is reported at once
		if done, err := read(ctx); done || err != nil {
			return object, err
		}
		stale = false
	}
	err = w.patience().repeat(ctx, func() error {
		if stale {
			if done, err := read(ctx); done || err != nil {
				return err
			}
		}
		stale = true
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var err error
		object, err = w.Send(graceful)
		acted := !w.DryRun && MayHaveActed(err)
		lost, uncertain = err != nil && lost || acted, uncertain || acted || Is(err, ServerFault)
		return err
	})
	if err != nil && lost && ctx.Err() != nil {
		if done, _ := read(graceful); done {
			return object, nil
		}
	}
	if err != nil && lost {
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

// Void is a merge patch that gives an object another resourceVersion. A request that was planned for the object as it
// was read, and may still arrive, then meets a conflict.
func Void(read metav1.Object) map[string]any {
	return map[string]any{"metadata": map[string]any{
		"resourceVersion": read.GetResourceVersion(), "uid": read.GetUID(),
		"annotations": map[string]string{workload.AnnotationVoided: time.Now().UTC().Format(time.RFC3339Nano)},
	}}
}

// VoidOptions are those of the request. Its field manager is another one, so that the fields that we own do not look new.
func (o WriteOptions) VoidOptions() WriteOptions {
	o.FieldManager = DefaultFieldManager + "-void"
	return o
}

// Voided tells whether a Void had its effect: an admission webhook may have removed it.
func Voided(read, stored metav1.Object) error {
	if read.GetResourceVersion() != stored.GetResourceVersion() {
		return nil
	}
	return &Error{Reason: Failed, Message: "the API server does not store the annotation " + workload.AnnotationVoided}
}

// MayHaveActed tells whether the server may have carried out a write whose answer did not come.
func MayHaveActed(err error) bool {
	return err != nil && (unanswered(err) || apierrors.IsTimeout(err) || isCancelled(err) || ofAProxy(err) || ofTheStore(err))
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
