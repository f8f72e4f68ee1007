package rollout

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// WaitingLine is the line with which `kubectl rollout status` says what it waits for. Where kubectl would call
// the rollout done, and the engine does not, it says that. w is nil while the workload has not been seen.
func WaitingLine(ref workload.Ref, w *workload.Workload) string {
	kind := workload.KindNamed(ref.Kind).Singular()
	if w == nil || w.ObservedGeneration < w.Generation {
		return fmt.Sprintf("Waiting for %s spec update to be observed...", kind)
	}
	if line := w.WaitingLine(); line != "" {
		return line
	}
	return fmt.Sprintf("Waiting for %s %q rollout to finish: complete, but not verified yet...", kind, ref.Name)
}
