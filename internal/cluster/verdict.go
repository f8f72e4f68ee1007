package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Verdict is how the rollout of one revision ended.
type Verdict struct {
	Ref        workload.Ref // whose revision it is
	Revision   string       // the object that holds it
	UID        types.UID    // of that object
	Annotation rollout.VerdictAnnotation
	// Copied: the workload carries a verdict itself, as kubectl's undo leaves it. The controller would
	// copy it over this one, so it is taken away first.
	Copied bool
}

// RecordVerdicts writes verdicts side by side. A verdict that can't be written spoils nothing, so that callers
// warn with the errors.
func (c *Cluster) RecordVerdicts(ctx context.Context, verdicts []Verdict, o WriteOptions) []error {
	_, faults := all(verdicts, func(v Verdict) (struct{}, error) {
		return struct{}{}, c.RecordVerdict(ctx, v, o)
	})
	return slices.DeleteFunc(faults, func(err error) bool { return err == nil })
}

// RecordVerdict writes a verdict on the revision that it is about: one request, and none to read it. It is
// tied to the object's UID and to nothing else, since the controller changes the object all the
// time.
func (c *Cluster) RecordVerdict(ctx context.Context, v Verdict, o WriteOptions) error {
	body, err := verdictPatch(v.UID, v.Annotation)
	if err != nil {
		return err
	}
	kind := workload.KindNamed(v.Ref.Kind)
	if v.Copied {
		if err := c.patchVerdict(ctx, &kind.Resource, v.Ref, withoutVerdict, o); err != nil {
			return notRecorded(v, err)
		}
	}
	ref := workload.Ref{Kind: kind.History.Kind, Namespace: v.Ref.Namespace, Name: v.Revision}
	if err := c.patchVerdict(ctx, &kind.History.Resource, ref, body, o); err != nil {
		return notRecorded(v, err)
	}
	return nil
}

// patchVerdict sends a patch that may be sent twice: setting a value twice is setting it once.
func (c *Cluster) patchVerdict(ctx context.Context, r *workload.Resource, ref workload.Ref, body []byte, o WriteOptions) error {
	_, err := Read(ctx, func(ctx context.Context) (workload.API, error) {
		return c.patchObject(ctx, r, ref.Namespace, ref.Name, patch{types.MergePatchType, body}, o)
	})
	return APIError(Call{"patch", r.Plural, ref.Namespace, ref.String()}, err)
}

func notRecorded(v Verdict, err error) error {
	return fmt.Errorf("the verdict on %s could not be recorded on its revision: %w", v.Ref, err)
}

var withoutVerdict = []byte(`{"metadata":{"annotations":{"` + workload.AnnotationVerdict + `":null}}}`)

func verdictPatch(uid types.UID, s rollout.VerdictAnnotation) ([]byte, error) {
	metadata := map[string]any{"annotations": map[string]string{workload.AnnotationVerdict: s.Encode()}}
	if uid != "" {
		metadata["uid"] = uid
	}
	body, err := json.Marshal(map[string]any{"metadata": metadata})
	if err != nil {
		return nil, fmt.Errorf("encoding a verdict: %w", err)
	}
	return body, nil
}
