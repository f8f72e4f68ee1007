package cluster

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Captured is a workload as it was before its change.
type Captured struct {
	Object
	Revisions []workload.Revision
	// RevisionsErr says why the revisions could not be read: an *Error with the reason Forbidden.
	RevisionsErr error
	Before       *rollout.Before
}

// Capture reads the revisions of each workload and records what is true of it before the change.
// Being forbidden to read ReplicaSets is no error of Capture; Preflight judges it.
func (c *Cluster) Capture(ctx context.Context, objects []Object) ([]Captured, error) {
	return each(ctx, objects, c.capture)
}

func (c *Cluster) capture(ctx context.Context, o Object) (Captured, error) {
	captured := Captured{Object: o}
	w := o.Workload()
	revisions, err := c.revisions(ctx, w)
	if is(err, Forbidden) {
		captured.RevisionsErr = err
	} else if err != nil {
		return captured, err
	}
	captured.Revisions = revisions
	captured.Before = rollout.Capture(w, revisions)
	return captured, nil
}

// revisions lists a workload's ReplicaSets: one request.
func (c *Cluster) revisions(ctx context.Context, w *workload.Workload) ([]workload.Revision, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	options := metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(w.Selector)}
	list, err := read(ctx, func(ctx context.Context) (*appsv1.ReplicaSetList, error) {
		return client.AppsV1().ReplicaSets(w.Namespace).List(ctx, options)
	})
	if err != nil {
		return nil, apiError(call{"list", "replicasets", w.Namespace, "the replicasets of " + w.String()}, err)
	}
	sets := make([]*appsv1.ReplicaSet, 0, len(list.Items))
	for i := range list.Items {
		sets = append(sets, &list.Items[i])
	}
	return workload.FromReplicaSets(w, sets), nil
}

// History lists the revisions of each workload, in the objects' order.
func (c *Cluster) History(ctx context.Context, objects []Object) ([][]rollout.HistoryRow, error) {
	return each(ctx, objects, func(ctx context.Context, o Object) ([]rollout.HistoryRow, error) {
		w := o.Workload()
		revisions, err := c.revisions(ctx, w)
		if err != nil {
			return nil, err
		}
		return rollout.History(w, revisions), nil
	})
}
