package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Verdict is how the rollout of one revision ended.
type Verdict struct {
	Ref        workload.Ref // whose revision it is
	ReplicaSet string       // the revision
	UID        types.UID    // of the ReplicaSet
	Stamp      rollout.Stamp
}

// StampAll writes verdicts side by side. A stamp that can't be written spoils nothing, so that callers
// warn with the errors.
func (c *Cluster) StampAll(ctx context.Context, verdicts []Verdict, o WriteOptions) []error {
	_, faults := all(verdicts, func(v Verdict) (struct{}, error) {
		return struct{}{}, c.Stamp(ctx, v.Ref, v.ReplicaSet, v.UID, v.Stamp, o)
	})
	return slices.DeleteFunc(faults, func(err error) bool { return err == nil })
}

// Stamp writes a verdict on the revision that it is about: one request, and none to read it. It is
// tied to the ReplicaSet's UID and to nothing else, since the controller changes the object all the
// time.
func (c *Cluster) Stamp(ctx context.Context, ref workload.Ref, replicaSet string, uid types.UID, s rollout.Stamp, o WriteOptions) error {
	client, err := c.typed()
	if err != nil {
		return err
	}
	body, err := stampPatch(uid, s)
	if err != nil {
		return err
	}
	_, err = read(ctx, func(ctx context.Context) (*appsv1.ReplicaSet, error) { // setting a value twice is setting it once
		return client.AppsV1().ReplicaSets(ref.Namespace).Patch(ctx, replicaSet, types.MergePatchType, body, o.patchOptions())
	})
	if err != nil {
		err = apiError(call{"patch", "replicasets", ref.Namespace, "replicaset/" + replicaSet}, err)
		return fmt.Errorf("the verdict on %s is not recorded on its revision: %w", ref, err)
	}
	return nil
}

func stampPatch(uid types.UID, s rollout.Stamp) ([]byte, error) {
	metadata := map[string]any{"annotations": map[string]string{workload.AnnotationVerdict: s.Encode()}}
	if uid != "" {
		metadata["uid"] = uid
	}
	body, err := json.Marshal(map[string]any{"metadata": metadata})
	if err != nil {
		return nil, fmt.Errorf("encoding a stamp: %w", err)
	}
	return body, nil
}
