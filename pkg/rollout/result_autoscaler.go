package rollout

import "github.com/kubectl-app/kubectl-app/pkg/workload"

// AutoscalerResult is an autoscaler that a scale pauses, so that it leaves the replicas alone, or resumes.
type AutoscalerResult struct {
	workload.Ref
	// Change is "paused" or "resumed".
	Change string      `json:"change"`
	State  ConfigState `json:"state"`
}

// AddAutoscaler joins an autoscaler to the result. A scale is rolled back when its autoscaler is as before, too.
func (r *Result) AddAutoscaler(a AutoscalerResult) {
	r.Autoscalers = append(r.Autoscalers, a)
	r.hold(a.State)
}
