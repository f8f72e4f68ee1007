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
	// Copied: the workload carries a stamp itself, as kubectl's undo leaves it. The controller would
	// copy it over this one, so it is taken away first.
	Copied bool
}

// StampAll writes verdicts side by side. A stamp that can't be written spoils nothing, so that callers
// warn with the errors.
func (c *Cluster) StampAll(ctx context.Context, verdicts []Verdict, o WriteOptions) []error {
	_, faults := all(verdicts, func(v Verdict) (struct{}, error) {
		return struct{}{}, c.Stamp(ctx, v, o)
	})
	return slices.DeleteFunc(faults, func(err error) bool { return err == nil })
}

// Stamp writes a verdict on the revision that it is about: one request, and none to read it. It is
// tied to the ReplicaSet's UID and to nothing else, since the controller changes the object all the
// time.
func (c *Cluster) Stamp(ctx context.Context, v Verdict, o WriteOptions) error {
	client, err := c.typed()
	if err != nil {
		return err
	}
	body, err := stampPatch(v.UID, v.Stamp)
	if err != nil {
		return err
	}
	if v.Copied {
		_, err = Read(ctx, func(ctx context.Context) (*appsv1.Deployment, error) {
			return client.AppsV1().Deployments(v.Ref.Namespace).Patch(ctx, v.Ref.Name, types.MergePatchType, unstamp, o.PatchOptions())
		})
		if err != nil {
			return notRecorded(v, APIError(Call{"patch", "deployments", v.Ref.Namespace, v.Ref.String()}, err))
		}
	}
	_, err = Read(ctx, func(ctx context.Context) (*appsv1.ReplicaSet, error) { // setting a value twice is setting it once
		return client.AppsV1().ReplicaSets(v.Ref.Namespace).Patch(ctx, v.ReplicaSet, types.MergePatchType, body, o.PatchOptions())
	})
	if err != nil {
		return notRecorded(v, APIError(Call{"patch", "replicasets", v.Ref.Namespace, "replicaset/" + v.ReplicaSet}, err))
	}
	return nil
}

func notRecorded(v Verdict, err error) error {
	return fmt.Errorf("the verdict on %s could not be recorded on its revision: %w", v.Ref, err)
}

var unstamp = []byte(`{"metadata":{"annotations":{"` + workload.AnnotationVerdict + `":null}}}`)

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
