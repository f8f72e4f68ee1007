package cluster

import (
	"context"
	"errors"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// WriteOptions are kubectl's own.
type WriteOptions struct {
	FieldManager string // DefaultFieldManager when empty
	DryRun       bool   // ask the server, store nothing
}

func (o WriteOptions) patchOptions() metav1.PatchOptions {
	p := metav1.PatchOptions{FieldManager: o.FieldManager}
	if p.FieldManager == "" {
		p.FieldManager = DefaultFieldManager
	}
	if o.DryRun {
		p.DryRun = []string{metav1.DryRunAll}
	}
	return p
}

// maxConflicts bounds how often a write is begun anew because the object changed under it. Status
// updates count as changes too, and a failing rollout has many of them.
const maxConflicts = 10

// Apply writes the changes. If one fails, those not yet begun are left alone, and the error is a
// *PartialError as soon as anything was written. Results are in the order of the changes.
func (c *Cluster) Apply(ctx context.Context, changes []Change, o WriteOptions) ([]Written, error) {
	written, err := each(ctx, changes, func(ctx context.Context, change Change) (Written, error) {
		// A write that is under way is not given up because another one failed: what became of it
		// would not be known.
		w, err := c.apply(context.WithoutCancel(ctx), change, o)
		if err != nil {
			return w, &failedWrite{change.Ref(), err}
		}
		return w, nil
	})
	if err == nil {
		return written, nil
	}
	done := slices.DeleteFunc(written, func(w Written) bool { return w.Deployment == nil })
	var failed *failedWrite
	if errors.As(err, &failed) {
		if len(done) == 0 {
			return nil, failed.err
		}
		return done, &PartialError{Written: done, Failed: failed.ref, Err: failed.err}
	}
	if len(done) == 0 {
		return nil, err
	}
	return done, &PartialError{Written: done, Err: err}
}

// failedWrite carries the name of the workload out of each.
type failedWrite struct {
	ref workload.Ref
	err error
}

func (f *failedWrite) Error() string { return f.err.Error() }

func (c *Cluster) apply(ctx context.Context, change Change, o WriteOptions) (Written, error) {
	for attempt := 1; ; attempt++ {
		written, err := c.write(ctx, change, o)
		if err == nil || attempt == maxConflicts || !is(err, Conflict) && !broken(err) {
			return written, err
		}
		if pauseErr := wait(ctx, time.Duration(attempt)*20*time.Millisecond); pauseErr != nil {
			return Written{}, pauseErr
		}
		next, done, rereadErr := c.recapture(ctx, change)
		if rereadErr != nil {
			return Written{}, rereadErr
		}
		if done != nil {
			return *done, nil
		}
		change = next
	}
}

// write sends one patch.
func (c *Cluster) write(ctx context.Context, change Change, o WriteOptions) (Written, error) {
	after := change.Edited().Deployment
	p, err := change.patch(after)
	if err != nil {
		return Written{}, err
	}
	d, err := c.patch(ctx, change.Ref(), p, o)
	if err != nil {
		return Written{}, err
	}
	return Written{Object: deploymentObject(d), Before: change.Before, before: change.Deployment}, nil
}

func (c Change) patch(after *appsv1.Deployment) (patch, error) {
	if c.Edit.Annotations != nil {
		return replacePatch(c.Deployment, after)
	}
	return editPatch(c.Deployment, after)
}

func (c *Cluster) patch(ctx context.Context, ref workload.Ref, p patch, o WriteOptions) (*appsv1.Deployment, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	d, err := client.AppsV1().Deployments(ref.Namespace).Patch(ctx, ref.Name, p.kind, p.body, o.patchOptions())
	if err != nil {
		return nil, apiError(call{"patch", "deployments", ref.Namespace, ref.String()}, err)
	}
	return d, nil
}

// recapture looks what became of a workload whose write was refused as a conflict, or whose answer
// was lost: done, if it already has our edit; else the change, planned anew if anything but the
// status is different now.
func (c *Cluster) recapture(ctx context.Context, change Change) (next Change, done *Written, err error) {
	object, err := c.reread(ctx, change.Ref())
	if err != nil {
		return change, nil, err
	}
	now, then := object.Deployment, change.Deployment
	if now.UID != then.UID {
		return change, nil, &SupersededError{change.Ref(), "it was deleted and created anew"}
	}
	if ours(now, change) {
		return change, &Written{Object: object, Before: change.Before, before: then}, nil
	}
	captured, err := c.capture(ctx, object)
	if err != nil {
		return change, nil, err
	}
	if workload.SameTemplate(&now.Spec.Template, &then.Spec.Template) {
		// What was serving when it was captured counts: our own write may have landed in between.
		captured.Before = change.Before
	}
	edit, err := change.plan(captured)
	if err != nil {
		return change, nil, err
	}
	return Change{Captured: captured, Edit: edit, plan: change.plan}, nil, nil
}

// ours tells whether our edit is in the object: its template and its change-cause.
func ours(now *appsv1.Deployment, change Change) bool {
	after := change.Edited().Deployment
	return equality.Semantic.DeepEqual(now.Spec.Template, after.Spec.Template) &&
		now.Annotations[workload.AnnotationChangeCause] == after.Annotations[workload.AnnotationChangeCause]
}
