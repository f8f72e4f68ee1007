package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// CaptureReplicas records workloads before a change of their replicas. The objects tell all of it.
func CaptureReplicas(objects []Object) []Captured {
	captured := make([]Captured, 0, len(objects))
	for _, o := range objects {
		captured = append(captured, Captured{Object: o, Before: rollout.CaptureReplicas(o.Running())})
	}
	return captured
}

// recapture captures a workload that has changed since it was planned.
func (c *Cluster) recapture(ctx context.Context, o Object, change *Change) (Captured, error) {
	if change.Scales() {
		return CaptureReplicas([]Object{o})[0], nil
	}
	return c.capture(ctx, o)
}

// Scales tells whether the change is one of the replicas.
func (c Change) Scales() bool { return c.Edit.Replicas != nil }

// Effect says what the change does, where nothing is watched after it; "" where something is.
func (c Change) Effect() string {
	if c.Scales() {
		return ""
	}
	return c.Object.Effect()
}

// Effect is that of the change.
func (w Written) Effect() string {
	if w.Scaled {
		return ""
	}
	return w.Object.Effect()
}

// sendReplicas writes the replicas and, if they differ, the annotations of a workload.
func (c *Cluster) sendReplicas(ctx context.Context, before, after Object, o WriteOptions) (Object, error) {
	if maps.Equal(before.GetAnnotations(), after.GetAnnotations()) {
		return c.sendScale(ctx, before, after.Replicas(), o)
	}
	p, err := editPatch(before, after)
	if err != nil {
		return Object{}, err
	}
	stored, err := c.patch(ctx, before, p, o)
	if err != nil {
		return Object{}, err
	}
	return stored, otherNumber(stored, after.Replicas())
}

// sendScale writes the replicas through the subresource scale, for which users may have a permission of its own. The server
// answers with a Scale and not with the object. The write was of the object as it was read, so it has made the next
// generation.
func (c *Cluster) sendScale(ctx context.Context, to Object, n int32, o WriteOptions) (Object, error) {
	ref := to.Ref()
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"resourceVersion": to.GetResourceVersion()}, "spec": map[string]any{"replicas": n},
	})
	if err != nil {
		return Object{}, fmt.Errorf("encoding the replicas of %s: %w", ref, err)
	}
	options := o.PatchOptions()
	request, err := c.request(&to.Kind.Resource, func(client rest.Interface) *rest.Request {
		return client.Patch(types.MergePatchType).Namespace(ref.Namespace).Name(ref.Name).SubResource("scale").VersionedParams(&options, scheme.ParameterCodec).Body(body)
	})
	if err != nil {
		return Object{}, err
	}
	scale := &autoscalingv1.Scale{}
	if err := request.Do(ctx).Into(scale); err != nil {
		return Object{}, APIError(Call{"patch", to.Kind.Plural + "/scale", ref.Namespace, ref.String()}, err)
	}
	stored := to.Copy()
	stored.SetReplicas(scale.Spec.Replicas)
	stored.SetResourceVersion(scale.ResourceVersion)
	if scale.Spec.Replicas != to.Replicas() {
		stored.SetGeneration(to.GetGeneration() + 1)
	}
	return stored, otherNumber(stored, n)
}

// otherNumber: an admission webhook has stored another number than the one that was sent.
func otherNumber(stored Object, n int32) error {
	if stored.Replicas() == n {
		return nil
	}
	return &Error{
		Reason: Failed, Object: stored.Ref().String(),
		Message: fmt.Sprintf("%s has %d replicas and not %d: an admission webhook changed the number", stored.Ref(), stored.Replicas(), n),
	}
}

// replicasChanged says who else has changed the replicas since our write, or returns "".
func replicasChanged(ours, now Object) string {
	switch {
	case now.GetUID() != ours.GetUID():
		return "it was deleted and created again"
	case now.GetDeletionTimestamp() != nil:
		return "it is being deleted"
	case now.Replicas() != ours.Replicas():
		w := &workload.Workload{Managers: now.GetManagedFields()}
		what := fmt.Sprintf("its replicas were set to %d", now.Replicas())
		if name, _ := w.ReplicasWriter(); name != "" {
			what += " by " + name
		}
		return what
	}
	return ""
}

// foreign says what someone else has changed of what our write changed, or returns "". An autoscaler that was paused for the
// write sets the replicas again as soon as it is resumed.
func (w Written) foreign(ours, now Object) string {
	if w.TakenOver && now.GetUID() == ours.GetUID() {
		if by, _ := (&workload.Workload{Managers: now.GetManagedFields()}).ReplicasWriter(); by == workload.AutoscalerController {
			return ""
		}
	}
	if w.Scaled {
		return replicasChanged(ours, now)
	}
	return foreignChange(ours, now)
}
