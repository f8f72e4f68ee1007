package inspect

import (
	"context"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// scaledBy says which autoscaler has set the replicas of a workload, and what it does, or which one is paused; "" if there is none
// or if it can't be read. There is a request only if the writer of the replicas suggests one.
func (i *Inspector) scaledBy(ctx context.Context, w *workload.Workload) (string, error) {
	by, _ := w.ReplicasWriter()
	// A number that was written through the subresource scale after a 0 has no writer.
	unowned := by == "" && len(w.Managers) > 0
	if by != workload.AutoscalerController && by != workload.ManagerName(cluster.DefaultFieldManager) && !unowned {
		return "", nil
	}
	all, err := i.cluster.Autoscalers(ctx, w.Namespace)
	switch {
	case cluster.Is(err, cluster.Forbidden) && by == workload.AutoscalerController:
		return "an autoscaler has set the number of replicas; no permission to list horizontalpodautoscalers", nil
	case cluster.Is(err, cluster.Forbidden):
		return "", nil
	}
	for k := range all {
		if !autoscale.Scales(&all[k], w.Ref) {
			continue
		}
		r := autoscale.ByStatus(&all[k], i.time())
		switch {
		case r.State == autoscale.Paused:
			return r.Object.String() + " sets no number: " + r.Message, nil
		case by == workload.AutoscalerController:
			return i.cluster.Redactor().Text(fmt.Sprintf("%s sets the number of replicas (%s): %s", r.Object, r.State.Text(), r.Message)), nil
		}
	}
	return "", err
}
