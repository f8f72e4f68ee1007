package rollout

import (
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// Policy is what the user asked of the watch.
type Policy struct {
	FailFast diagnosis.FailFast
	// Soak is how long nothing may speak against a complete rollout before it counts as a success.
	Soak time.Duration
	// Timeout ends the watch; 0 leaves it to each workload's progress deadline.
	Timeout time.Duration
	// WaitForOldPods: success also needs the old pods to be gone.
	WaitForOldPods bool
	// All: every workload is watched to its own end, though one has failed. It is for the way back.
	All bool
	// Once: the workloads are looked at once, so the cluster's own times count and not those of the watch.
	Once bool
}
