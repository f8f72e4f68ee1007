package rollout

import "github.com/kubectl-app/kubectl-app/pkg/workload"

// ConfigResult is a Secret or ConfigMap that a release changes, and whose consumers it rolls.
type ConfigResult struct {
	workload.Ref
	// From is the version that the workloads referred to before; "" where the object itself is changed.
	From    string      `json:"from,omitempty"`
	State   ConfigState `json:"state"`
	Changes []KeyResult `json:"changes"`
	// ByHand are consumers that need new pods, and are not of a kind that is rolled; InPlace are those whose
	// files follow by themselves. Both as TYPE/NAME.
	ByHand  []string `json:"byHand,omitempty"`
	InPlace []string `json:"inPlace,omitempty"`
}

// ConfigState is how the object was left. The set is closed.
type ConfigState string

// The states.
const (
	ConfigPlanned     ConfigState = "Planned"     // nothing was written
	ConfigUnchanged   ConfigState = "Unchanged"   // it was as wanted already
	ConfigChanged     ConfigState = "Changed"     // it is as wanted now
	ConfigRestored    ConfigState = "Restored"    // it has its old values again
	ConfigSuperseded  ConfigState = "Superseded"  // someone else has changed the keys since, so they were left
	ConfigNotRestored ConfigState = "NotRestored" // it should have been, and could not be
	ConfigUnknown     ConfigState = "Unknown"     // no answer came to the write
)

// KeyResult is what becomes of one key: sizes, never values.
type KeyResult struct {
	Key         string `json:"key"`
	Change      string `json:"change"` // added, changed or removed
	BytesBefore int    `json:"bytesBefore"`
	BytesAfter  int    `json:"bytesAfter"`
}

// AddConfig adds the object to the result. A release is rolled back when it is, too.
func (r *Result) AddConfig(c ConfigResult) {
	r.Config = &c
	r.hold(c.State)
}

// hold makes the outcome no better than what became of an object that was written before the workloads.
func (r *Result) hold(state ConfigState) {
	switch {
	case r.Outcome == Interrupted: // what was left is told beside it
	case state == ConfigNotRestored, state == ConfigUnknown:
		r.Outcome = Worse(r.Outcome, RollbackFailed)
	case state == ConfigSuperseded && (r.Outcome == RolledBack || r.Outcome == Succeeded):
		r.Outcome = Superseded
	}
}
