package rollout

import "github.com/kubectl-app/kubectl-app/pkg/workload"

// ContentResult is a Secret or ConfigMap that a release changes, and whose consumers it rolls.
type ContentResult struct {
	workload.Ref
	// From is the version that the workloads referred to before; "" where the object itself is changed.
	From    string       `json:"from,omitempty"`
	State   ContentState `json:"state"`
	Changes []KeyResult  `json:"changes"`
	// ByHand are consumers that need new pods, and are not of a kind that is rolled; InPlace are those whose
	// files follow by themselves. Both as TYPE/NAME.
	ByHand  []string `json:"byHand,omitempty"`
	InPlace []string `json:"inPlace,omitempty"`
}

// ContentState is how the content was left. The set is closed.
type ContentState string

// The states.
const (
	ContentPlanned     ContentState = "Planned"     // nothing was written
	ContentUnchanged   ContentState = "Unchanged"   // it was as wanted already
	ContentChanged     ContentState = "Changed"     // it is as wanted now
	ContentRestored    ContentState = "Restored"    // it has its old values again
	ContentSuperseded  ContentState = "Superseded"  // someone else has changed the keys since, so they were left
	ContentNotRestored ContentState = "NotRestored" // it should have been, and could not be
	ContentUnknown     ContentState = "Unknown"     // no answer came to the write
)

// KeyResult is what becomes of one key: sizes, never values.
type KeyResult struct {
	Key         string `json:"key"`
	Change      string `json:"change"` // added, changed or removed
	BytesBefore int    `json:"bytesBefore"`
	BytesAfter  int    `json:"bytesAfter"`
}

// AddContent joins the content to the result. A release is rolled back when its content is, too.
func (r *Result) AddContent(c ContentResult) {
	r.Content = &c
	r.hold(c.State)
}

// hold makes the outcome no better than what became of an object that was written before the workloads.
func (r *Result) hold(state ContentState) {
	switch {
	case r.Outcome == Interrupted: // what was left is told beside it
	case state == ContentNotRestored, state == ContentUnknown:
		r.Outcome = worse(r.Outcome, RollbackFailed)
	case state == ContentSuperseded && (r.Outcome == RolledBack || r.Outcome == Succeeded):
		r.Outcome = Superseded
	}
}
