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
	return c.amend(ctx, w, o, func(o Object) { o.SetPaused(true) })
}

// amend changes a workload that we have written and that nobody else has changed since.
func (c *Cluster) amend(ctx context.Context, w Written, o WriteOptions, change func(Object)) (amended Written, err error) {
	wanted := w.Object.Copy()
	change(wanted)
	err = RestorePatience().Repeat(ctx, func(ctx context.Context, uncertain bool) error {
		object, err := c.reread(ctx, w.Ref())
		if Is(err, NotFound) {
			return &SupersededError{Workload: w.Ref(), What: "it was deleted"}
		}
		if err != nil {
			return err
		}
		if w.change != nil {
			if err := c.settle(ctx, &w, object); err != nil {
				return err
			}
			wanted = w.Object.Copy()
			change(wanted)
		}
		if uncertain && foreignChange(wanted, object) == "" { // the answer was lost, the write was not
			amended = Written{Object: object, Before: &rollout.Before{Workload: w.Workload()}, before: w.Object}
			return nil
		}
		if what := foreignChange(w.Object, object); what != "" {
			return &SupersededError{Workload: w.Ref(), What: what, Restored: foreignChange(wanted, object) == ""}
		}
		amended, err = c.amendOnce(ctx, object, o, change)
		return err
	})
	return amended, err
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

func (c *Cluster) amendOnce(ctx context.Context, object Object, o WriteOptions, change func(Object)) (Written, error) {
	after := object.Copy()
	change(after)
	p, err := replacePatch(object, after)
	if err != nil {
		return Written{}, err
	}
	stored, err := c.patch(ctx, object, p, o)
	if err != nil {
		return Written{}, err
	}
	before := &rollout.Before{Workload: object.Workload()}
	return Written{Object: stored, Before: before, before: object}, nil
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
