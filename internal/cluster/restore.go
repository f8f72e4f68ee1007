package cluster

import (
	"context"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
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
	return c.amend(ctx, w, o, func(d *appsv1.Deployment) {
		d.Spec.Template = *w.before.Spec.Template.DeepCopy()
		cause := w.before.Annotations[workload.AnnotationChangeCause]
		d.Annotations = Edit{ChangeCause: cause}.annotations(d.Annotations)
	})
}

// RestoreAll restores side by side. What came of each is in the order of what was written.
func (c *Cluster) RestoreAll(ctx context.Context, written []Written, o WriteOptions) ([]Written, []error) {
	return all(written, func(w Written) (Written, error) { return c.Restore(ctx, w, o) })
}

// Pause stops the rollout where it is (`--on-failure=pause`), under the conditions of Restore.
func (c *Cluster) Pause(ctx context.Context, w Written, o WriteOptions) (Written, error) {
	return c.amend(ctx, w, o, func(d *appsv1.Deployment) { d.Spec.Paused = true })
}

// amend changes a workload that we have written and that nobody else has changed since.
func (c *Cluster) amend(ctx context.Context, w Written, o WriteOptions, change func(*appsv1.Deployment)) (amended Written, err error) {
	wanted := w.Deployment.DeepCopy()
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
			wanted = w.Deployment.DeepCopy()
			change(wanted)
		}
		if uncertain && foreignChange(wanted, object.Deployment) == "" { // the answer was lost, the write was not
			amended = Written{Object: object, Before: &rollout.Before{Workload: w.Workload()}, before: w.Deployment}
			return nil
		}
		if what := foreignChange(w.Deployment, object.Deployment); what != "" {
			return &SupersededError{Workload: w.Ref(), What: what, Restored: foreignChange(wanted, object.Deployment) == ""}
		}
		amended, err = c.amendOnce(ctx, object, o, change)
		return err
	})
	return amended, err
}

// settle finds out what became of a write whose answer was lost.
func (c *Cluster) settle(ctx context.Context, w *Written, now Object) error {
	asked := *w.change
	if foreignChange(asked.Deployment, now.Deployment) == "" {
		return &NotWrittenError{w.Ref()}
	}
	arrived := ours(now.Deployment, asked)
	if !arrived && now.Deployment.UID == asked.Deployment.UID { // a webhook may have added to what we wrote
		captured, err := c.capture(ctx, now)
		if err != nil {
			return err
		}
		edit, err := asked.plan(captured)
		arrived = err == nil && Change{Captured: captured, Edit: edit}.stored(asked.Deployment)
	}
	if arrived {
		w.Object, w.change = now, nil
	}
	return nil // else it is as someone else has made it, which the caller sees
}

func (c *Cluster) amendOnce(ctx context.Context, object Object, o WriteOptions, change func(*appsv1.Deployment)) (Written, error) {
	after := object.Deployment.DeepCopy()
	change(after)
	p, err := replacePatch(object.Deployment, after)
	if err != nil {
		return Written{}, err
	}
	d, err := c.patch(ctx, object.Ref(), p, o)
	if err != nil {
		return Written{}, err
	}
	before := &rollout.Before{Workload: object.Workload()}
	return Written{Object: deploymentObject(d), Before: before, before: object.Deployment}, nil
}

// foreignChange says what someone else has changed since our write, or "".
func foreignChange(ours, now *appsv1.Deployment) string {
	switch {
	case now.UID != ours.UID:
		return "it was deleted and created again"
	case now.DeletionTimestamp != nil:
		return "it is being deleted"
	case !equality.Semantic.DeepEqual(now.Spec.Template, ours.Spec.Template):
		return "its template was changed" + byWhom(ours, now)
	case now.Spec.Paused != ours.Spec.Paused:
		return "it was paused or resumed" + byWhom(ours, now)
	}
	a, b := ours.Spec.DeepCopy(), now.Spec.DeepCopy()
	a.Replicas, b.Replicas = nil, nil
	if !equality.Semantic.DeepEqual(a, b) {
		return "its spec was changed" + byWhom(ours, now)
	}
	return ""
}

// byWhom names the field manager of what changed since our write: one that is new, or else the
// newest of those whose entry is another now (ours may have lost a field to it).
func byWhom(ours, now *appsv1.Deployment) string {
	var newest *metav1.ManagedFieldsEntry
	for i := range now.ManagedFields {
		f := &now.ManagedFields[i]
		if f.Subresource != "" || f.Time == nil || slices.ContainsFunc(ours.ManagedFields, func(o metav1.ManagedFieldsEntry) bool { return sameEntry(&o, f) }) {
			continue
		}
		if !slices.ContainsFunc(ours.ManagedFields, func(o metav1.ManagedFieldsEntry) bool { return o.Manager == f.Manager }) {
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
