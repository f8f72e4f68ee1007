package rollout

import "github.com/kubectl-app/kubectl-app/pkg/workload"

// AutoscalerResult is an autoscaler that a release writes.
type AutoscalerResult struct {
	workload.Ref
	// Change is "paused" or "resumed" by a scale; "created", "configured", "unchanged" or "removed" by autoscale.
	Change string      `json:"change"`
	State  ConfigState `json:"state"`
	// Changes are the settings that differ.
	Changes []SettingChange `json:"changes,omitempty"`
	// Cause is why the autoscaler computes no number, and Message what it says; without a Cause, what it has computed.
	Cause   string `json:"cause,omitempty"`
	Message string `json:"message,omitempty"`
}

// SettingChange is a setting of an autoscaler before and after.
type SettingChange struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// AddAutoscaler joins an autoscaler to the result. A scale is rolled back when its autoscaler is as before, too.
func (r *Result) AddAutoscaler(a AutoscalerResult) {
	r.Autoscalers = append(r.Autoscalers, a)
	r.hold(a.State)
}
