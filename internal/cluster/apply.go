package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// WriteOptions are kubectl's own.
type WriteOptions struct {
	FieldManager string // DefaultFieldManager when empty
	DryRun       bool   // ask the server, store nothing
	// Joint: something is to go back if the changes fail, so that a single one whose write got no answer has to be
	// looked up, too.
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
		w, err := c.apply(ctx, change, o)
		if err == nil {
			return w, nil
		}
		mu.Lock()
		defer mu.Unlock()
		switch {
		case errors.As(err, new(*LostError)):
			partial.Doubtful = append(partial.Doubtful, w)
		case w.API != nil: // it is stored, and not as it was asked for
			partial.Altered = append(partial.Altered, w)
		}
		return Written{}, &writeError{change.Ref(), err}
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
	if len(partial.Written)+len(partial.Doubtful)+len(partial.Altered) == 0 || len(changes) == 1 && !o.Joint {
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

// apply writes one change. Beside a *LostError, the result is what was asked for; beside any other error it is what was
// stored, if anything was.
func (c *Cluster) apply(ctx context.Context, change Change, o WriteOptions) (Written, error) {
	if change.New {
		return c.create(ctx, change, o)
	}
	object, err := Write[Object]{
		Planned: true, DryRun: o.DryRun,
		Read:      func(ctx context.Context) (Object, error) { return c.Reread(ctx, change.Ref()) },
		MayArrive: func(now Object) bool { return now.GetResourceVersion() == change.GetResourceVersion() },
		Plan: func(ctx context.Context, now Object, uncertain bool) (bool, error) {
			return c.replan(ctx, &change, now, uncertain)
		},
		Send: func(ctx context.Context) (Object, error) { return c.send(ctx, change, o) },
	}.Run(ctx)
	if lost := (*LostError)(nil); errors.As(err, &lost) {
		return change.asked(), &LostError{unknownEnd(change.Ref(), change.Scales(), lost.Err)}
	}
	return Written{
		Object: object, Before: change.Before, Scaled: change.Scales(), Autoscaled: change.Edit.Autoscaled, TakenOver: change.Edit.TakenOver,
		before: change.Object, restores: change.Edit.Revision,
	}, err
}

// unknownEnd: nobody may take the error of a write for a write that was not made.
func unknownEnd(ref workload.Ref, scaled bool, err error) error {
	look := "kubectl app rollout status "
	if scaled {
		look = "kubectl get "
	}
	return &Error{
		Reason: Failed, Object: ref.String(), Err: err,
		Message: fmt.Sprintf("it is not known whether %s was changed: the write got no answer: %v", ref, err),
		Next:    []string{look + ref.String() + InFlag(ref.Namespace)},
	}
}

// send sends one patch.
func (c *Cluster) send(ctx context.Context, change Change, o WriteOptions) (Object, error) {
	if change.Scales() {
		return c.sendReplicas(ctx, change.Object, change.Edited(), o)
	}
	p, err := change.patch(change.Edited())
	if err != nil {
		return Object{}, err
	}
	stored, err := c.patch(ctx, change.Object, p, o)
	if err != nil {
		return Object{}, err
	}
	if message := change.NoEffect(stored); message != "" && !o.DryRun && workload.SameTemplate(change.Template(), stored.Template()) {
		return stored, &Error{Reason: Failed, Object: change.Ref().String(), Message: message}
	}
	return stored, nil
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

// replan plans a change anew for the workload as it is now. It is done if the workload has our edit already, by a
// request whose answer was lost.
func (c *Cluster) replan(ctx context.Context, change *Change, now Object, uncertain bool) (done bool, err error) {
	then := change.Object
	switch {
	case now.GetUID() != then.GetUID():
		return false, &SupersededError{Workload: change.Ref(), What: "it was deleted and created again"}
	case !change.Scales() && onlyStatus(then, now):
		// The capture still holds, and another one would take so long that the status would have changed again.
		change.Object = now
		return false, nil
	case ours(now, *change) && (uncertain || !change.Scales()): // a refused scale is planned anew, also for a number that someone else has set
		return true, nil
	case uncertain && change.Scales() && now.Replicas() != then.Replicas():
		return false, &SupersededError{Workload: change.Ref(), What: replicasChanged(change.Edited(), now)}
	case change.Edit.Annotations != nil && !change.Scales() && !equality.Semantic.DeepEqual(now.Template(), then.Template()):
		return false, overtaken(change.Ref(), byWhom(then, now))
	}
	next, err := c.captureAndPlan(ctx, now, change)
	if err != nil || uncertain && next.stored(then) {
		// A webhook may have added to what we wrote, or pinned its images. Nothing is left to do, and what was
		// there before us is still what was captured first.
		return err == nil, err
	}
	*change = next
	return false, nil
}

func (c *Cluster) captureAndPlan(ctx context.Context, o Object, change *Change) (Change, error) {
	captured, err := c.recapture(ctx, o, change)
	if err != nil {
		return Change{}, err
	}
	edit, err := change.plan(captured)
	return Change{Captured: captured, Edit: edit, plan: change.plan}, err
}

// onlyStatus tells whether nothing but the status has changed since an object was read. Pods of old servers have no generation.
func onlyStatus(then, now Object) bool {
	return now.GetGeneration() == then.GetGeneration() && now.GetGeneration() > 0 && now.GetDeletionTimestamp() == nil &&
		maps.Equal(now.GetAnnotations(), then.GetAnnotations())
}

// overtaken: an undo puts a whole template in the place of the one that it was asked for. If that has
// been replaced since, planned anew it would undo somebody else's release.
func overtaken(ref workload.Ref, by string) error {
	return &Error{
		Reason: Failed, Object: ref.String(),
		Message: fmt.Sprintf("the template of %s was changed%s at the same time: the write was not undone", ref, by),
		Next:    []string{"kubectl app rollout history " + ref.String() + InFlag(ref.Namespace)},
	}
}

// ours tells whether our edit is in the object: its template and its change-cause.
func ours(now Object, change Change) bool {
	after := change.Edited()
	if change.Scales() {
		return now.Replicas() == after.Replicas() &&
			now.GetAnnotations()[autoscale.AnnotationBeforeZero] == after.GetAnnotations()[autoscale.AnnotationBeforeZero]
	}
	return equality.Semantic.DeepEqual(now.Template(), after.Template()) &&
		now.GetAnnotations()[workload.AnnotationChangeCause] == after.GetAnnotations()[workload.AnnotationChangeCause]
}
