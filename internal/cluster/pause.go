package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// SetPaused pauses or resumes a workload. It is an error if the workload is so already, or of a kind without pauses.
func (c *Cluster) SetPaused(ctx context.Context, o Object, paused bool, options WriteOptions) (Object, error) {
	switch {
	case !o.Kind.Pausable():
		return Object{}, cannotPause(o.Ref())
	case o.Paused() && paused:
		return Object{}, &Error{Reason: NoChange, Object: o.Ref().String(), Message: o.Ref().String() + " is already paused"}
	case !o.Paused() && !paused:
		return Object{}, &Error{Reason: NoChange, Object: o.Ref().String(), Message: o.Ref().String() + " is not paused"}
	}
	written, err := Write[Object]{
		Planned:   true,
		Read:      func(ctx context.Context) (Object, error) { return c.Reread(ctx, o.Ref()) },
		MayArrive: func(now Object) bool { return now.GetResourceVersion() == o.GetResourceVersion() },
		Plan: func(_ context.Context, now Object, _ bool) (bool, error) {
			o = now
			return now.Paused() == paused, nil
		},
		Send: func(ctx context.Context) (Object, error) {
			after := o.Copy()
			after.SetPaused(paused)
			p, err := editPatch(o, after)
			if err != nil {
				return Object{}, err
			}
			return c.patch(ctx, o, p, options)
		},
	}.Run(ctx)
	if errors.As(err, new(*LostError)) {
		err = unknownEnd(o.Ref(), false, err)
	}
	return written, err
}

// cannotPause is about the kind, which the command line names.
func cannotPause(ref workload.Ref) *Error {
	return &Error{Reason: Unsupported, Object: ref.String(), Message: fmt.Sprintf("%s can't be paused: only %s can", ref, strings.Join(workload.Pausable(), " and "))}
}
