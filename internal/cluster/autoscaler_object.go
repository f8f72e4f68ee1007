package cluster

import (
	"context"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
)

// Autoscaler reads one HorizontalPodAutoscaler.
func (c *Cluster) Autoscaler(ctx context.Context, namespace, name string) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	a, err := Read(ctx, func(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscaler, error) {
		return client.AutoscalingV2().HorizontalPodAutoscalers(namespace).Get(ctx, name, metav1.GetOptions{})
	})
	if err != nil {
		return nil, APIError(Call{"get", autoscalers, namespace, "horizontalpodautoscaler/" + name}, err)
	}
	a.SetGroupVersionKind(autoscalingv2.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler"))
	return a, nil
}

// CreateAutoscaler creates an autoscaler. If there is one of its name by now, the error is a *SupersededError.
func (c *Cluster) CreateAutoscaler(ctx context.Context, a *autoscalingv2.HorizontalPodAutoscaler, o WriteOptions) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	ref := AutoscalerRef(a)
	return Write[*autoscalingv2.HorizontalPodAutoscaler]{
		Planned: true, DryRun: o.DryRun,
		Read: func(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscaler, error) {
			return c.autoscalerIfAny(ctx, a)
		},
		MayArrive: func(now *autoscalingv2.HorizontalPodAutoscaler) bool { return now == nil },
		Plan: func(_ context.Context, now *autoscalingv2.HorizontalPodAutoscaler, uncertain bool) (done bool, err error) {
			switch {
			case now == nil:
				return false, nil
			case uncertain && len(autoscale.Compare(now, a)) == 0:
				return true, nil
			}
			return false, &SupersededError{Workload: ref, What: "someone else has created it at the same time"}
		},
		Send: func(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscaler, error) {
			stored, err := client.AutoscalingV2().HorizontalPodAutoscalers(a.Namespace).Create(ctx, a, metav1.CreateOptions{FieldManager: o.Manager(), DryRun: o.PatchOptions().DryRun})
			if apierrors.IsAlreadyExists(err) {
				return nil, &Error{Reason: Conflict, Object: ref.String(), Message: ref.String() + " exists already", Err: err}
			}
			if err != nil {
				return nil, APIError(Call{"create", autoscalers, a.Namespace, ref.String()}, err)
			}
			stored.SetGroupVersionKind(autoscalingv2.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler"))
			return stored, nil
		},
	}.Run(ctx)
}

// DeleteAutoscaler deletes an autoscaler as it was read. If someone else has changed its spec since, nothing is deleted, and
// the error is a *SupersededError.
func (c *Cluster) DeleteAutoscaler(ctx context.Context, a *autoscalingv2.HorizontalPodAutoscaler, o WriteOptions) error {
	client, err := c.typed()
	if err != nil {
		return err
	}
	ref, current := AutoscalerRef(a), a
	_, err = Write[*autoscalingv2.HorizontalPodAutoscaler]{
		Planned: true, DryRun: o.DryRun,
		Read: func(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscaler, error) {
			return c.autoscalerIfAny(ctx, a)
		},
		MayArrive: func(now *autoscalingv2.HorizontalPodAutoscaler) bool {
			return now != nil && now.ResourceVersion == current.ResourceVersion
		},
		Plan: func(_ context.Context, now *autoscalingv2.HorizontalPodAutoscaler, _ bool) (done bool, err error) {
			switch {
			case now == nil:
				return true, nil
			case now.UID != a.UID:
				return false, &SupersededError{Workload: ref, What: "it was deleted and created again"}
			case !sameBounds(now, a):
				return false, &SupersededError{Workload: ref, What: "its spec was changed"}
			}
			current = now
			return false, nil
		},
		Send: func(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscaler, error) {
			err := client.AutoscalingV2().HorizontalPodAutoscalers(a.Namespace).Delete(ctx, a.Name, metav1.DeleteOptions{
				Preconditions: &metav1.Preconditions{UID: &current.UID, ResourceVersion: &current.ResourceVersion}, DryRun: o.PatchOptions().DryRun,
			})
			if apierrors.IsNotFound(err) {
				return nil, nil
			}
			return nil, APIError(Call{"delete", autoscalers, a.Namespace, ref.String()}, err)
		},
	}.Run(ctx)
	return err
}

// autoscalerIfAny reads an autoscaler again; nil if there is none.
func (c *Cluster) autoscalerIfAny(ctx context.Context, a *autoscalingv2.HorizontalPodAutoscaler) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	now, err := c.Autoscaler(ctx, a.Namespace, a.Name)
	if Is(err, NotFound) {
		return nil, nil
	}
	return now, err
}
