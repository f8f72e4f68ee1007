package inspect

import (
	"context"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// scaledBy says which autoscaler has set the replicas of a workload, and what it does; "" if none has, or if it can't be read.
// Only then is there a request.
func (i *Inspector) scaledBy(ctx context.Context, w *workload.Workload) (string, error) {
	if by, _ := w.ReplicasWriter(); by != workload.AutoscalerController {
		return "", nil
	}
	all, err := i.cluster.Autoscalers(ctx, w.Namespace)
	if cluster.Is(err, cluster.Forbidden) {
		return "an autoscaler has set the number of replicas; no permission to list horizontalpodautoscalers", nil
	}
	for k := range all {
		if autoscale.Scales(&all[k], w.Ref) {
			r := autoscale.ByStatus(&all[k], i.time())
			return i.cluster.Redactor().Text(r.Object.String() + " sets the number of replicas: " + r.Message), nil
		}
	}
	return "", err
}
