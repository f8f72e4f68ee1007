package exposure

import (
	"context"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Back takes back what Send has written, unless someone else has changed it since.
func (c Client) Back(ctx context.Context, p *Put, o cluster.WriteOptions) error {
	if p.Created() {
		return c.deleteMade(ctx, p, o)
	}
	back := &Put{Kind: p.Kind, Ref: p.Ref, Plan: func(now workload.API) (workload.API, error) {
		if now == nil {
			return nil, &cluster.SupersededError{Workload: p.Ref, What: "it was deleted"}
		}
		if !p.stored(now) {
			return nil, &cluster.SupersededError{Workload: p.Ref, What: "it was changed"}
		}
		before := p.Now.DeepCopyObject().(workload.API)
		before.SetFinalizers(now.GetFinalizers())
		before.SetResourceVersion(now.GetResourceVersion())
		before.SetManagedFields(now.GetManagedFields())
		before.SetGeneration(now.GetGeneration())
		return before, nil
	}}
	var err error
	if back.Now, err = c.Get(ctx, p.Kind, p.Ref); err != nil {
		return err
	}
	return c.Send(ctx, back, o)
}

// stored tells whether an object is as Send has written it. Without an answer, it is compared with the plan.
func (p *Put) stored(now workload.API) bool {
	if p.Written == nil {
		planned, err := p.Plan(now)
		return err == nil && Same(now, planned)
	}
	return equality.Semantic.DeepEqual(wanted(now), wanted(p.Written))
}

// wanted is an object without what the server and controllers keep for themselves.
func wanted(o workload.API) map[string]any {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		return nil
	}
	for _, field := range []string{"apiVersion", "kind", "status"} {
		delete(fields, field)
	}
	for _, field := range []string{"resourceVersion", "generation", "managedFields", "finalizers"} {
		unstructured.RemoveNestedField(fields, "metadata", field)
	}
	return fields
}

func (c Client) deleteMade(ctx context.Context, p *Put, o cluster.WriteOptions) error {
	now, err := c.Get(ctx, p.Kind, p.Ref)
	if err != nil || now == nil {
		return err
	}
	if !p.stored(now) {
		what := "it was changed"
		if p.Written == nil {
			what = "someone else has created it"
		}
		return &cluster.SupersededError{Workload: p.Ref, What: what}
	}
	err = c.Delete(ctx, p.Kind, p.Ref, now.GetUID(), now.GetResourceVersion(), o)
	if cluster.Is(err, cluster.Conflict) { // look again at what has changed
		return c.deleteMade(ctx, p, o)
	}
	return err
}
