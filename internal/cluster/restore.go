package cluster

import (
	"context"
	"errors"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Restore puts back the template and the change-cause that a workload had before our write, if the
// workload is still as we left it; a new number of replicas is no obstacle. Otherwise nothing is
// touched, and the error is a *SupersededError. The result can be watched like any write.
//
// It outlasts a server that is away for a while: it ends with the context.
func (c *Cluster) Restore(ctx context.Context, w Written, o WriteOptions) (Written, error) {
	return c.amend(ctx, w, o, func(now *appsv1.Deployment) (patch, error) {
		after := now.DeepCopy()
		after.Spec.Template = *w.before.Spec.Template.DeepCopy()
		after.Annotations = Edit{ChangeCause: w.before.Annotations[workload.AnnotationChangeCause]}.annotations(now.Annotations)
		return replacePatch(now, after)
	})
}

// Pause stops the rollout where it is (`--on-failure=pause`), under the conditions of Restore.
func (c *Cluster) Pause(ctx context.Context, w Written, o WriteOptions) (Written, error) {
	return c.amend(ctx, w, o, func(now *appsv1.Deployment) (patch, error) {
		after := now.DeepCopy()
		after.Spec.Paused = true
		return editPatch(now, after)
	})
}

// amend changes a workload that we have written and that nobody else has changed since.
func (c *Cluster) amend(ctx context.Context, w Written, o WriteOptions, change func(*appsv1.Deployment) (patch, error)) (Written, error) {
	conflicts := 0
	for attempt := 1; ; attempt++ {
		amended, err := c.amendOnce(ctx, w, o, change)
		if is(err, Conflict) {
			conflicts++
		}
		if err == nil || conflicts == maxConflicts || !worthRepeating(err) {
			return amended, err
		}
		if pauseErr := wait(ctx, min(time.Duration(attempt)*50*time.Millisecond, time.Second)); pauseErr != nil {
			return Written{}, errors.Join(err, pauseErr)
		}
	}
}

func (c *Cluster) amendOnce(ctx context.Context, w Written, o WriteOptions, change func(*appsv1.Deployment) (patch, error)) (Written, error) {
	ref := w.Ref()
	object, err := c.reread(ctx, ref)
	if is(err, NotFound) {
		return Written{}, &SupersededError{ref, "it was deleted"}
	}
	if err != nil {
		return Written{}, err
	}
	if what := foreignChange(w.Deployment, object.Deployment); what != "" {
		return Written{}, &SupersededError{ref, what}
	}
	p, err := change(object.Deployment)
	if err != nil {
		return Written{}, err
	}
	d, err := c.patch(ctx, ref, p, o)
	if err != nil {
		return Written{}, err
	}
	before := &rollout.Before{Workload: object.Workload()}
	return Written{Object: deploymentObject(d), Before: before, before: object.Deployment}, nil
}

// worthRepeating: after our write nobody else brings the workload back, so that even a server that
// refuses connections is waited for.
func worthRepeating(err error) bool {
	return is(err, Conflict, Unreachable, Throttled, ServerFault) || broken(err)
}

// foreignChange says what someone else has changed since our write, or "".
func foreignChange(ours, now *appsv1.Deployment) string {
	switch {
	case now.UID != ours.UID:
		return "it was deleted and created anew"
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

// byWhom names the field manager of the newest change of the object itself.
func byWhom(ours, now *appsv1.Deployment) string {
	var newest time.Time
	name := ""
	for _, f := range now.ManagedFields {
		if f.Subresource == "" && f.Time != nil && f.Time.After(newest) {
			newest, name = f.Time.Time, f.Manager
		}
	}
	for _, f := range ours.ManagedFields {
		if f.Manager == name && f.Subresource == "" && f.Time != nil && f.Time.Time.Equal(newest) {
			return "" // our own write: the time has seconds only
		}
	}
	if name == "" {
		return ""
	}
	return " by " + name
}
