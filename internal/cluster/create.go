package cluster

import (
	"context"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// NewWorkload is a workload to be created. The object has no template yet: the plan makes it.
func NewWorkload(o Object) Captured {
	return Captured{Object: o, New: true, Before: &rollout.Baseline{Workload: o.Workload(), New: true}}
}

// Find reads one workload; ok is false if there is none.
func (c *Cluster) Find(ctx context.Context, ref workload.Ref) (o Object, ok bool, err error) {
	o, err = c.Reread(ctx, ref)
	if Is(err, NotFound) {
		return Object{}, false, nil
	}
	return o, err == nil, err
}

// create creates a workload. If there is one of its name by now, the error is a *SupersededError.
func (c *Cluster) create(ctx context.Context, change Change, o WriteOptions) (Written, error) {
	want := change.Edited()
	object, err := Write[Object]{
		Planned: true, DryRun: o.DryRun,
		Read: func(ctx context.Context) (Object, error) {
			now, _, err := c.Find(ctx, change.Ref())
			return now, err
		},
		MayArrive: func(now Object) bool { return now.API == nil },
		Plan: func(_ context.Context, now Object, uncertain bool) (done bool, err error) {
			switch {
			case now.API == nil:
				return false, nil
			case uncertain && holds(now, want):
				return true, nil
			}
			return false, &SupersededError{Workload: change.Ref(), What: "someone else created it at the same time", First: true}
		},
		Send: func(ctx context.Context) (Object, error) { return c.sendNew(ctx, want, o) },
	}.Run(ctx)
	if lost := (*LostError)(nil); errors.As(err, &lost) {
		return change.asked(), &LostError{unknownEnd(change.Ref(), false, lost.Err)}
	}
	return Written{Object: object, New: true, Before: change.Before, before: change.Object}, err
}

// holds tells whether a stored object is the one that was sent. The server adds defaults, and a webhook may add more, so that
// names, labels and images are compared.
func holds(now, want Object) bool {
	asked, stored := workload.Images(want.Template()), workload.Images(now.Template())
	for container, image := range asked {
		if !workload.SameImage(image, stored[container]) {
			return false
		}
	}
	for key, value := range want.GetLabels() {
		if now.GetLabels()[key] != value {
			return false
		}
	}
	return now.GetAnnotations()[workload.AnnotationChangeCause] == want.GetAnnotations()[workload.AnnotationChangeCause]
}

// sendNew sends one POST.
func (c *Cluster) sendNew(ctx context.Context, want Object, o WriteOptions) (Object, error) {
	ref, options := want.Ref(), metav1.CreateOptions{FieldManager: o.Manager(), DryRun: o.PatchOptions().DryRun}
	request, err := c.request(&want.Kind.Resource, func(client rest.Interface) *rest.Request {
		return client.Post().Namespace(ref.Namespace).VersionedParams(&options, scheme.ParameterCodec).Body(want.API)
	})
	if err != nil {
		return Object{}, err
	}
	stored := want.Kind.Make()
	err = request.Do(ctx).Into(stored)
	switch {
	case apierrors.IsAlreadyExists(err):
		return Object{}, &Error{Reason: Conflict, Object: ref.String(), Message: ref.String() + " was created by someone else at the same time", Err: err}
	case err != nil:
		return Object{}, APIError(Call{"create", want.Kind.Plural, ref.Namespace, ref.String()}, err)
	}
	return typed(want.Kind, stored), nil
}

// DeleteNew deletes a workload that this command has created and nobody else has changed since, with all that belongs to it:
// the API keeps the workload until its pods are gone. If someone has changed it, nothing is deleted, and the error is a
// *SupersededError.
func (c *Cluster) DeleteNew(ctx context.Context, w Written, o WriteOptions) error {
	var current Object
	_, err := Write[Object]{
		Restores: true,
		Read: func(ctx context.Context) (Object, error) {
			now, _, err := c.Find(ctx, w.Ref())
			return now, err
		},
		MayArrive: func(now Object) bool {
			return now.API != nil && now.GetResourceVersion() == current.GetResourceVersion()
		},
		Plan: func(_ context.Context, now Object, _ bool) (done bool, err error) {
			if w.change != nil && now.API != nil && holds(now, w.Object) { // the answer was lost, and it is there
				w.Object, w.change = now, nil
			}
			if now.API == nil || now.GetUID() == w.GetUID() && now.GetDeletionTimestamp() != nil {
				return true, nil
			}
			if what := foreignChange(w.Object, now); what != "" {
				return false, &SupersededError{Workload: w.Ref(), What: what}
			}
			current = now
			return false, nil
		},
		Send: func(ctx context.Context) (Object, error) { return Object{}, c.sendDelete(ctx, current, o) },
	}.Run(ctx)
	return err
}

func (c *Cluster) sendDelete(ctx context.Context, now Object, o WriteOptions) error {
	ref, uid, version := now.Ref(), now.GetUID(), now.GetResourceVersion()
	options := metav1.DeleteOptions{
		PropagationPolicy: new(metav1.DeletePropagationForeground), DryRun: o.PatchOptions().DryRun,
		Preconditions: &metav1.Preconditions{UID: &uid, ResourceVersion: &version},
	}
	request, err := c.request(&now.Kind.Resource, func(client rest.Interface) *rest.Request {
		return client.Delete().Namespace(ref.Namespace).Name(ref.Name).Body(&options)
	})
	if err != nil {
		return err
	}
	err = request.Do(ctx).Error()
	if apierrors.IsNotFound(err) {
		return nil
	}
	return APIError(Call{"delete", now.Kind.Plural, ref.Namespace, ref.String()}, err)
}
