package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// WriteOptions are kubectl's own.
type WriteOptions struct {
	FieldManager string // DefaultFieldManager when empty
	DryRun       bool   // ask the server, store nothing
	// Joint: something else was written for the changes, and goes back with them: a single one whose write
	// got no answer has to be looked up, too.
	Joint bool
}

// Manager is the field manager.
func (o WriteOptions) Manager() string { return cmp.Or(o.FieldManager, DefaultFieldManager) }

// PatchOptions are those of the request.
func (o WriteOptions) PatchOptions() metav1.PatchOptions {
	p := metav1.PatchOptions{FieldManager: o.Manager()}
	if o.DryRun {
		p.DryRun = []string{metav1.DryRunAll}
	}
	return p
}

// Apply writes the changes. If one fails, those not yet begun are left alone, and the error is a
// *PartialError as soon as anything of several was written, or may have been. Results are in the order
// of the changes.
func (c *Cluster) Apply(ctx context.Context, changes []Change, o WriteOptions) ([]Written, error) {
	partial := &PartialError{}
	var mu sync.Mutex
	written, err := Each(ctx, changes, func(ctx context.Context, change Change) (Written, error) {
		ctx, stop := Grace(ctx)
		defer stop()
		w, err := c.apply(ctx, change, o)
		if lost := (*lostError)(nil); errors.As(err, &lost) {
			mu.Lock()
			defer mu.Unlock()
			partial.Doubtful = append(partial.Doubtful, lost.change.asked())
		}
		if err != nil {
			return Written{}, &writeError{change.Ref(), err}
		}
		return w, nil
	})
	if err == nil {
		return written, nil
	}
	partial.Written = slices.DeleteFunc(written, func(w Written) bool { return w.API == nil })
	partial.Err = err
	var failed *writeError
	if errors.As(err, &failed) {
		partial.Failed, partial.Err = failed.ref, failed.err
	}
	if len(partial.Written) == 0 && (len(partial.Doubtful) == 0 || len(changes) == 1 && !o.Joint) {
		return nil, partial.Err
	}
	return partial.Written, partial
}

// writeError carries the name of the workload out of each.
type writeError struct {
	ref workload.Ref
	err error
}

func (f *writeError) Error() string { return f.err.Error() }
func (f *writeError) Unwrap() error { return f.err }

// lostError: no answer came to the write of a change, and none could be had later.
type lostError struct {
	change Change
	err    error
}

func (l *lostError) Error() string { return l.err.Error() }
func (l *lostError) Unwrap() error { return l.err }

// apply writes one change: if the object is not as it was captured, or the answer is lost, it looks
// and begins anew.
func (c *Cluster) apply(ctx context.Context, change Change, o WriteOptions) (Written, error) {
	var written Written
	first, lost := true, false
	err := ApplyPatience().Repeat(ctx, func(ctx context.Context, uncertain bool) error {
		if !first {
			next, done, err := c.recapture(ctx, change, uncertain)
			if err != nil {
				return err
			}
			lost = false
			if done {
				written = Written{Object: next.Object, Before: change.Before, before: change.Object}
				return nil
			}
			change = next
		}
		first = false
		var err error
		written, err = c.write(ctx, change, o)
		lost = !o.DryRun && MayHaveActed(err)
		return err
	})
	if err != nil && lost {
		err = &lostError{change, unknownEnd(change.Ref(), err)}
	}
	return written, err
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

// unknownEnd: nobody may take the error of a write for a write that was not made.
func unknownEnd(ref workload.Ref, err error) error {
	return &Error{
		Reason: Failed, Object: ref.String(), Err: err,
		Message: fmt.Sprintf("it is not known whether %s was changed: the write got no answer: %v", ref, err),
		Next:    []string{"kubectl app rollout status " + ref.String() + InFlag(ref.Namespace)},
	}
}

// write sends one patch.
func (c *Cluster) write(ctx context.Context, change Change, o WriteOptions) (Written, error) {
	after := change.Edited()
	p, err := change.patch(after)
	if err != nil {
		return Written{}, err
	}
	stored, err := c.patch(ctx, change.Object, p, o)
	if err != nil {
		return Written{}, err
	}
	if message := noEffect(change, stored); message != "" && !o.DryRun && workload.SameTemplate(change.Template(), stored.Template()) {
		return Written{}, &Error{Reason: Failed, Object: change.Ref().String(), Message: message}
	}
	return Written{Object: stored, Before: change.Before, before: change.Object}, nil
}

func (c Change) patch(after Object) (patch, error) {
	if c.Edit.Annotations != nil {
		return replacePatch(c.Object, after)
	}
	return editPatch(c.Object, after)
}

func (c *Cluster) patch(ctx context.Context, to Object, p patch, o WriteOptions) (Object, error) {
	ref := to.Ref()
	stored, err := c.patchObject(ctx, &to.Kind.Resource, ref.Namespace, ref.Name, p, o)
	if err != nil {
		return Object{}, APIError(Call{"patch", to.Kind.Plural, ref.Namespace, ref.String()}, err)
	}
	return typed(to.Kind, stored), nil
}

// recapture looks what became of a workload whose write was refused as a conflict, or whose answer
// was lost. It is done if the object has our edit already, by a write whose answer was lost; else
// next is the change, planned anew for the object as it is now.
func (c *Cluster) recapture(ctx context.Context, change Change, uncertain bool) (next Change, done bool, err error) {
	object, err := c.reread(ctx, change.Ref())
	if err != nil {
		return change, false, err
	}
	now, then := object, change.Object
	if now.GetUID() != then.GetUID() {
		return change, false, &SupersededError{Workload: change.Ref(), What: "it was deleted and created again"}
	}
	if ours(now, change) {
		return Change{Captured: Captured{Object: object}}, true, nil
	}
	if change.Edit.Annotations != nil && !equality.Semantic.DeepEqual(now.Template(), then.Template()) {
		return change, false, overtaken(change.Ref(), byWhom(then, now))
	}
	captured, err := c.capture(ctx, object)
	if err != nil {
		return change, false, err
	}
	edit, err := change.plan(captured)
	if err != nil {
		return change, false, err
	}
	next = Change{Captured: captured, Edit: edit, plan: change.plan}
	// A webhook may have added to what we wrote, or pinned its images. Nothing is left to do, and what was
	// there before us is still what was captured first.
	return next, uncertain && next.stored(then), nil
}

// overtaken: an undo puts a whole template in the place of the one that it was asked for. If that has
// been replaced since, planned anew it would undo somebody else's release.
func overtaken(ref workload.Ref, by string) error {
	return &Error{
		Reason: Failed, Object: ref.String(),
		Message: fmt.Sprintf("the template of %s was changed%s at the same time: it was not undone", ref, by),
		Next:    []string{"kubectl app rollout history " + ref.String() + InFlag(ref.Namespace)},
	}
}

// ours tells whether our edit is in the object: its template and its change-cause.
func ours(now Object, change Change) bool {
	after := change.Edited()
	return equality.Semantic.DeepEqual(now.Template(), after.Template()) &&
		now.GetAnnotations()[workload.AnnotationChangeCause] == after.GetAnnotations()[workload.AnnotationChangeCause]
}
