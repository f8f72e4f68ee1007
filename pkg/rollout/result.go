package rollout

import (
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// APIVersion and the kinds below are those of the JSON that scripts read; docs/schema holds the schemas.
const (
	APIVersion = "kubectl-app.dev/v1alpha1"
	ResultKind = "ReleaseResult"
)

// Result is the outcome of a whole transaction: what `-o result` prints.
type Result struct {
	APIVersion      string           `json:"apiVersion"`
	Kind            string           `json:"kind"`
	Outcome         Outcome          `json:"outcome"`
	ExitCode        int              `json:"exitCode"`
	Message         string           `json:"message,omitempty"`
	Reason          string           `json:"reason,omitempty"` // the change-cause
	DryRun          string           `json:"dryRun,omitempty"` // client or server
	StartTime       time.Time        `json:"startTime"`
	DurationSeconds float64          `json:"durationSeconds"`
	Warnings        []string         `json:"warnings,omitempty"`
	Next            []string         `json:"next,omitempty"`
	Workloads       []WorkloadResult `json:"workloads"`
}

// WorkloadResult is one workload of a Result.
type WorkloadResult struct {
	workload.Ref
	Revision FromTo[int64]             `json:"revision"`
	Images   FromTo[map[string]string] `json:"images"` // by container
	Outcome  Outcome                   `json:"outcome"`
	Message  string                    `json:"message,omitempty"`
	Replicas Counts                    `json:"replicas"`
	Findings []Finding                 `json:"findings"`
	// Rollback is how the way back went, when one was taken.
	Rollback *RollbackResult `json:"rollback,omitempty"`
}

// RollbackResult is the watch of a rollback.
type RollbackResult struct {
	Outcome  Outcome       `json:"outcome"`
	Revision FromTo[int64] `json:"revision"`
	Replicas Counts        `json:"replicas"`
	Findings []Finding     `json:"findings,omitempty"`
}

// FromTo is a value before and after.
type FromTo[T any] struct {
	From T `json:"from"`
	To   T `json:"to"`
}
