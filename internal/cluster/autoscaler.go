package cluster

import (
	"context"
	"encoding/json"
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/scheme"

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

// ChangeAutoscaler takes an autoscaler from what it was to what it shall be: its spec, and whether it is paused. If someone
// else has changed the spec since, nothing is written, and the error is a *SupersededError. restores: the change takes back
// an earlier one, and a server that is away is waited for.
func (c *Cluster) ChangeAutoscaler(ctx context.Context, from, to *autoscalingv2.HorizontalPodAutoscaler, restores bool, o WriteOptions) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	api, ref := client.AutoscalingV2().HorizontalPodAutoscalers(from.Namespace), AutoscalerRef(from)
	current := from
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
			case uncertain && paused(now) == paused(to) && paused(to) != paused(from): // the defaults of the spec are the server's
				return true, nil
			case paused(now) != paused(from), !equality.Semantic.DeepEqual(now.Spec, from.Spec):
				return false, &SupersededError{Workload: ref, What: "its spec was changed"}
			}
			current = now
			return false, nil
		},
		Send: func(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscaler, error) {
			body, err := autoscalerPatch(current, to)
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

// autoscalerPatch replaces the bounds, the behavior, and the annotation that says what they were. It is guarded by the
// resourceVersion.
func autoscalerPatch(current, to *autoscalingv2.HorizontalPodAutoscaler) ([]byte, error) {
	annotations := map[string]string{}
	for k, v := range current.Annotations {
		annotations[k] = v
	}
	delete(annotations, autoscale.AnnotationPaused)
	if text, ok := to.Annotations[autoscale.AnnotationPaused]; ok {
		annotations[autoscale.AnnotationPaused] = text
	}
	operations := []map[string]any{ // "add" replaces what is there
		{"op": "replace", "path": "/metadata/resourceVersion", "value": current.ResourceVersion},
		{"op": "add", "path": "/metadata/annotations", "value": annotations},
		{"op": "add", "path": "/spec/minReplicas", "value": to.Spec.MinReplicas},
		{"op": "add", "path": "/spec/maxReplicas", "value": to.Spec.MaxReplicas},
		{"op": "add", "path": "/spec/behavior", "value": to.Spec.Behavior}, // null is none
	}
	body, err := json.Marshal(operations)
	if err != nil {
		return nil, fmt.Errorf("encoding a patch of horizontalpodautoscaler/%s: %w", to.Name, err)
	}
	return body, nil
}

// scaledObjects are KEDA's. Its API is not in client-go.
const scaledObjects = "/apis/keda.sh/v1alpha1/namespaces/%s/scaledobjects"

// PauseScaledObject tells KEDA to set n replicas and no others; with nil it sets them by its triggers again.
func (c *Cluster) PauseScaledObject(ctx context.Context, ref workload.Ref, n *int32, o WriteOptions) error {
	client, err := c.typed()
	if err != nil {
		return err
	}
	var value *string
	if n != nil {
		value = new(fmt.Sprint(*n))
	}
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{autoscale.AnnotationPausedReplicas: value}}})
	if err != nil {
		return fmt.Errorf("encoding a patch of %s: %w", ref, err)
	}
	options := o.PatchOptions()
	_, err = client.CoreV1().RESTClient().Patch(types.MergePatchType).AbsPath(fmt.Sprintf(scaledObjects, ref.Namespace), ref.Name).
		VersionedParams(&options, scheme.ParameterCodec).Body(body).DoRaw(ctx)
	if err != nil {
		return APIError(Call{"patch", "scaledobjects.keda.sh", ref.Namespace, ref.String()}, err)
	}
	return nil
}

// PausedScaledObjects are the ScaledObjects of a namespace that set a fixed number, by the workload that they scale. None
// where KEDA is not installed or its objects may not be read.
func (c *Cluster) PausedScaledObjects(ctx context.Context, namespace string) (map[workload.Ref]workload.Ref, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []struct {
			metav1.ObjectMeta `json:"metadata"`
			Spec              struct {
				ScaleTargetRef struct{ Kind, Name string } `json:"scaleTargetRef"`
			} `json:"spec"`
		} `json:"items"`
	}
	body, err := Read(ctx, func(ctx context.Context) ([]byte, error) {
		return client.CoreV1().RESTClient().Get().AbsPath(fmt.Sprintf(scaledObjects, namespace)).DoRaw(ctx)
	})
	if err == nil {
		err = json.Unmarshal(body, &list)
	}
	if err != nil {
		err = APIError(Call{"list", "scaledobjects.keda.sh", namespace, "scaledobjects"}, err)
		if Is(err, NotFound, Forbidden) {
			err = nil
		}
		return nil, err
	}
	found := map[workload.Ref]workload.Ref{}
	for _, o := range list.Items {
		if _, ok := o.Annotations[autoscale.AnnotationPausedReplicas]; !ok {
			continue
		}
		target := workload.Ref{Kind: o.Spec.ScaleTargetRef.Kind, Namespace: namespace, Name: o.Spec.ScaleTargetRef.Name}
		if target.Kind == "" { // KEDA's default
			target.Kind = "Deployment"
		}
		found[target] = workload.Ref{Kind: "ScaledObject", Namespace: namespace, Name: o.Name}
	}
	return found, nil
}
