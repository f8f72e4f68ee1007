package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const autoscalers = "horizontalpodautoscalers"

// Autoscalers reads the HorizontalPodAutoscalers of a namespace.
func (c *Cluster) Autoscalers(ctx context.Context, namespace string) ([]autoscalingv2.HorizontalPodAutoscaler, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	list, err := Read(ctx, func(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscalerList, error) {
		return client.AutoscalingV2().HorizontalPodAutoscalers(namespace).List(ctx, metav1.ListOptions{})
	})
	if err != nil {
		return nil, APIError(Call{"list", autoscalers, namespace, autoscalers}, err)
	}
	for i := range list.Items {
		list.Items[i].SetGroupVersionKind(autoscalingv2.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler"))
	}
	return list.Items, nil
}

// AutoscalerRef names a HorizontalPodAutoscaler.
func AutoscalerRef(a *autoscalingv2.HorizontalPodAutoscaler) workload.Ref {
	return workload.Ref{Kind: "HorizontalPodAutoscaler", Namespace: a.Namespace, Name: a.Name}
}

// ChangeAutoscaler takes an autoscaler from what it was to what it shall be: its spec, and the annotations that differ. If
// someone else has changed the spec since, nothing is written, and the error is a *SupersededError. restores: the change takes
// back an earlier one, and a server that is away is waited for.
func (c *Cluster) ChangeAutoscaler(ctx context.Context, from, to *autoscalingv2.HorizontalPodAutoscaler, restores bool, o WriteOptions) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	api, ref := client.AutoscalingV2().HorizontalPodAutoscalers(from.Namespace), AutoscalerRef(from)
	current, void := from, false
	stored, err := Write[*autoscalingv2.HorizontalPodAutoscaler]{
		Planned: true, Restores: restores, DryRun: o.DryRun,
		Read: func(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscaler, error) {
			now, err := api.Get(ctx, from.Name, metav1.GetOptions{})
			if err != nil {
				err = APIError(Call{"get", autoscalers, from.Namespace, ref.String()}, err)
			}
			return now, err
		},
		MayArrive: func(now *autoscalingv2.HorizontalPodAutoscaler) bool {
			return now.ResourceVersion == current.ResourceVersion
		},
		Plan: func(_ context.Context, now *autoscalingv2.HorizontalPodAutoscaler, uncertain bool) (done bool, err error) {
			switch {
			case now.UID != from.UID:
				return false, &SupersededError{Workload: ref, What: "it was deleted and created again"}
			case uncertain && arrived(now, from, to):
				return true, nil
			case restores && arrived(now, from, to):
				current, void = now, true // what is to be taken back has not arrived, and must not any more
				return false, nil
			case !sameBounds(now, from):
				return false, &SupersededError{Workload: ref, What: "its spec was changed"}
			}
			current = now
			return false, nil
		},
		Send: func(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscaler, error) {
			body, err := autoscalerPatch(current, from, to, void)
			if err != nil {
				return nil, err
			}
			stored, err := api.Patch(ctx, from.Name, types.JSONPatchType, body, o.PatchOptions())
			if err != nil {
				err = APIError(Call{"patch", autoscalers, from.Namespace, ref.String()}, err)
			}
			return stored, err
		},
	}.Run(ctx)
	if stored != nil {
		stored.SetGroupVersionKind(autoscalingv2.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler"))
	}
	return stored, err
}

func paused(a *autoscalingv2.HorizontalPodAutoscaler) string {
	return a.Annotations[autoscale.AnnotationPaused]
}

// arrived tells whether an autoscaler is what a change makes of it. The server adds defaults to its spec.
func arrived(now, from, to *autoscalingv2.HorizontalPodAutoscaler) bool {
	return paused(now) == paused(to) && (paused(to) != paused(from) || len(autoscale.Compare(now, to)) == 0)
}

// sameBounds tells whether nobody has changed what a change writes, nor what is scaled. The server adds defaults to the behavior of one that is
// paused.
func sameBounds(a, b *autoscalingv2.HorizontalPodAutoscaler) bool {
	if a.Spec.ScaleTargetRef != b.Spec.ScaleTargetRef || paused(a) != paused(b) || !equality.Semantic.DeepEqual(autoscale.Metrics(a), autoscale.Metrics(b)) || a.Spec.MaxReplicas != b.Spec.MaxReplicas || !equality.Semantic.DeepEqual(a.Spec.MinReplicas, b.Spec.MinReplicas) {
		return false
	}
	if paused(a) != "" {
		return autoscale.Disabled(a) == autoscale.Disabled(b)
	}
	return equality.Semantic.DeepEqual(a.Spec.Behavior, b.Spec.Behavior)
}

// autoscalerPatch replaces the bounds, the behavior, the metrics, and the annotations that a change changes. It is guarded by
// the resourceVersion. void gives the object another one in any case.
func autoscalerPatch(current, from, to *autoscalingv2.HorizontalPodAutoscaler, void bool) ([]byte, error) {
	annotations := map[string]string{}
	for k, v := range current.Annotations {
		if _, kept := to.Annotations[k]; kept || from.Annotations[k] == "" {
			annotations[k] = v
		}
	}
	for k, v := range to.Annotations {
		if from.Annotations[k] != v {
			annotations[k] = v
		}
	}
	if void {
		annotations[workload.AnnotationVoided] = time.Now().UTC().Format(time.RFC3339Nano)
	}
	operations := []map[string]any{ // "add" replaces what is there
		{"op": "replace", "path": "/metadata/resourceVersion", "value": current.ResourceVersion},
		{"op": "add", "path": "/metadata/annotations", "value": annotations},
		{"op": "add", "path": "/spec/minReplicas", "value": to.Spec.MinReplicas},
		{"op": "add", "path": "/spec/maxReplicas", "value": to.Spec.MaxReplicas},
		{"op": "add", "path": "/spec/behavior", "value": to.Spec.Behavior}, // null is none
	}
	if !equality.Semantic.DeepEqual(from.Spec.Metrics, to.Spec.Metrics) {
		operations = append(operations, map[string]any{"op": "add", "path": "/spec/metrics", "value": to.Spec.Metrics})
	}
	body, err := json.Marshal(operations)
	if err != nil {
		return nil, fmt.Errorf("encoding a patch of horizontalpodautoscaler/%s: %w", to.Name, err)
	}
	return body, nil
}
