package rollout

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// WaitingLine is the line with which `kubectl rollout status` says what it waits for (DeploymentStatusViewer
// in k8s.io/kubectl/pkg/polymorphichelpers). Where kubectl would call the rollout done, and the engine
// does not, it says that.
func WaitingLine(name string, w *workload.Workload) string {
	switch {
	case w == nil || w.ObservedGeneration < w.Generation:
		return "Waiting for deployment spec update to be observed..."
	case w.Updated < w.Desired:
		return fmt.Sprintf("Waiting for deployment %q rollout to finish: %d out of %d new replicas have been updated...", name, w.Updated, w.Desired)
	case w.Total > w.Updated:
		return fmt.Sprintf("Waiting for deployment %q rollout to finish: %d old replicas are pending termination...", name, w.Total-w.Updated)
	case w.Available < w.Updated:
		return fmt.Sprintf("Waiting for deployment %q rollout to finish: %d of %d updated replicas are available...", name, w.Available, w.Updated)
	default:
		return fmt.Sprintf("Waiting for deployment %q rollout to finish: complete, but not verified yet...", name)
	}
}
