package rollout

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Snapshot is all that is known of a release's workloads at one moment. The objects in it are
// shared with the watcher's caches and are never changed.
type Snapshot map[workload.Ref]Observed

// Observed is what is known of one workload. Objects may be trimmed to what this package reads.
type Observed struct {
	// Workload is nil when the object is not there (any more).
	Workload  *workload.Workload
	Revisions []workload.Revision
	// Pods are those that the workload's selector matches and its revisions own, terminating ones included.
	Pods []*corev1.Pod
	// Events are those that State.Wants named; those of the workload and its revisions may be there too.
	Events []*corev1.Event
	// Claims are the PersistentVolumeClaims that State.Wants named.
	Claims []*corev1.PersistentVolumeClaim
	// Logs holds what was fetched for State.Wants.
	Logs map[LogKey]Log
	// Blind says what may not be read, so that a finding can say what is not seen ("events", "logs").
	Blind []string
}

// LogKey names the output of one run of one container.
type LogKey struct {
	Pod       string
	PodUID    types.UID
	Container string
	// Restart is the run that is meant: the restartCount at the time it ran.
	Restart int32
	// Previous: the run before the current one, as in `kubectl logs --previous`.
	Previous bool
}

// Log is the answer to one request for log lines.
type Log struct {
	Lines []string
	// Err says why there are none.
	Err string
}

// Wants is what a State needs to explain a cause: data, fetched by whoever runs the loop.
type Wants struct {
	// Events: pods (by UID) whose events are needed, with their names.
	Events map[types.UID]string
	Logs   []LogKey
	// Claims are PersistentVolumeClaims, by name, that are needed with their events.
	Claims map[workload.Ref][]string
}

// Empty tells whether there is nothing to fetch.
func (w Wants) Empty() bool { return len(w.Events)+len(w.Logs)+len(w.Claims) == 0 }
