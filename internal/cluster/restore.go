package cluster

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Restore puts back the template and the change-cause that a workload had before our write, if the
// workload is still as we left it; a new number of replicas is no obstacle. Otherwise nothing is
// touched, and the error is a *SupersededError; or a *NotWrittenError, if our write was one without an
// answer and has not arrived. The result can be watched like any write.
//
// A server that is away is waited for, up to two minutes.
func (c *Cluster) Restore(ctx context.Context, w Written, o WriteOptions) (Written, error) {
	return c.amend(ctx, w, o, func(o Object) {
		w.before.Template().DeepCopyInto(o.Template())
		cause := w.before.GetAnnotations()[workload.AnnotationChangeCause]
		o.SetAnnotations(Edit{ChangeCause: cause}.annotations(o.GetAnnotations()))
	})
}

// RestoreAll restores side by side. What came of each is in the order of what was written.
func (c *Cluster) RestoreAll(ctx context.Context, written []Written, o WriteOptions) ([]Written, []error) {
	return all(written, func(w Written) (Written, error) { return c.Restore(ctx, w, o) })
}

// Pause stops the rollout where it is (`--on-failure=pause`), under the conditions of Restore.
func (c *Cluster) Pause(ctx context.Context, w Written, o WriteOptions) (Written, error) {
	if !w.Kind.Pausable() {
		return Written{}, cannotPause(w.Ref())
	}
	return c.amend(ctx, w, o, func(o Object) { o.SetPaused(true) })
}

// amend changes a workload that we have written and that nobody else has changed since.
func (c *Cluster) amend(ctx context.Context, w Written, o WriteOptions, change func(Object)) (Written, error) {
	var before Object
	object, err := Write[Object]{
		Restores: true,
		Read: func(ctx context.Context) (Object, error) {
			now, err := c.reread(ctx, w.Ref())
			if Is(err, NotFound) {
				err = &SupersededError{Workload: w.Ref(), What: "it was deleted"}
			}
			return now, err
		},
		Plan: func(ctx context.Context, now Object, uncertain bool) (done bool, err error) {
			if w.change != nil {
				if err := c.settle(ctx, &w, now); err != nil {
					return false, err
				}
			}
			restored := foreignChange(amended(w.Object, change), now) == ""
			if uncertain && restored {
				before = w.Object
				return true, nil
			}
			if what := foreignChange(w.Object, now); what != "" {
				return false, &SupersededError{Workload: w.Ref(), What: what, Restored: restored}
			}
			before = now
			return false, nil
		},
		Send: func(ctx context.Context) (Object, error) {
			p, err := replacePatch(before, amended(before, change))
			if err != nil {
				return Object{}, err
			}
			return c.patch(ctx, before, p, o)
		},
	}.Run(ctx)
	if err != nil {
		return Written{}, err
	}
	return Written{Object: object, Before: &rollout.Baseline{Workload: before.Workload()}, before: before}, nil
}

func amended(o Object, change func(Object)) Object {
	after := o.Copy()
	change(after)
	return after
}

// settle finds out what became of a write whose answer was lost.
func (c *Cluster) settle(ctx context.Context, w *Written, now Object) error {
	asked := *w.change
	if foreignChange(asked.Object, now) == "" {
		return &NotWrittenError{w.Ref()}
	}
	arrived := ours(now, asked)
	if !arrived && now.GetUID() == asked.GetUID() { // a webhook may have added to what we wrote
		captured, err := c.capture(ctx, now)
		if err != nil {
			return err
		}
		edit, err := asked.plan(captured)
		arrived = err == nil && Change{Captured: captured, Edit: edit}.stored(asked.Object)
	}
	if arrived {
		w.Object, w.change = now, nil
	}
	return nil // else it is as someone else has made it, which the caller sees
}

// foreignChange says what someone else has changed since our write, or "".
func foreignChange(ours, now Object) string {
	switch {
	case now.GetUID() != ours.GetUID():
		return "it was deleted and created again"
	case now.GetDeletionTimestamp() != nil:
		return "it is being deleted"
	case !equality.Semantic.DeepEqual(now.Template(), ours.Template()):
		return "its template was changed" + byWhom(ours, now)
	case now.Paused() != ours.Paused():
		return "it was paused or resumed" + byWhom(ours, now)
	}
	if !equality.Semantic.DeepEqual(ours.SpecWithoutReplicas(), now.SpecWithoutReplicas()) {
		return "its spec was changed" + byWhom(ours, now)
	}
	return ""
}

// byWhom names the field manager of what changed since our write: one that is new, or else the
// newest of those whose entry is another now (ours may have lost a field to it).
func byWhom(ours, now Object) string {
	var newest *metav1.ManagedFieldsEntry
	managers := now.GetManagedFields()
	for i := range managers {
		f := &managers[i]
		if f.Subresource != "" || f.Time == nil || slices.ContainsFunc(ours.GetManagedFields(), func(o metav1.ManagedFieldsEntry) bool { return sameEntry(&o, f) }) {
			continue
		}
		if !slices.ContainsFunc(ours.GetManagedFields(), func(o metav1.ManagedFieldsEntry) bool { return o.Manager == f.Manager }) {
			return " by " + workload.ManagerName(f.Manager)
		}
		if newest == nil || f.Time.After(newest.Time.Time) {
			newest = f
		}
	}
	if newest == nil {
		return ""
	}
	return " by " + workload.ManagerName(newest.Manager)
}

func sameEntry(a, b *metav1.ManagedFieldsEntry) bool {
	return a.Manager == b.Manager && a.Operation == b.Operation && a.Subresource == b.Subresource &&
		a.Time.Equal(b.Time) && equality.Semantic.DeepEqual(a.FieldsV1, b.FieldsV1)
}
