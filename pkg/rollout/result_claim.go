package rollout

import "github.com/kubectl-app/kubectl-app/pkg/workload"

// ClaimResult is a PersistentVolumeClaim that a release needs, and creates if it is not there.
type ClaimResult struct {
	workload.Ref
	// State is Unchanged for one that is there already.
	State ConfigState `json:"state"`
	Size  string      `json:"size"`
	// StorageClass is absent until the server has set the default one.
	StorageClass string `json:"storageClass,omitempty"`
	AccessModes  string `json:"accessModes"`
}
