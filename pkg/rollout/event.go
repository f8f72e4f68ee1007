package rollout

import (
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// EventType is a kind of news. The set is closed and part of the NDJSON contract.
type EventType string

// The first group comes from Step, the second from the transaction around it.
const (
	EventProgress EventType = "Progress" // the counts moved towards the goal
	EventRevision EventType = "Revision" // the controller made our revision
	EventFinding  EventType = "Finding"  // a cause appeared, or its evidence grew
	EventCleared  EventType = "Cleared"  // a cause is gone
	EventComplete EventType = "Complete" // complete; the soak begins
	EventSoak     EventType = "Soak"     // something spoke against it during the soak
	EventVerdict  EventType = "Verdict"  // a workload is decided

	EventWarning  EventType = "Warning"  // of the preflight, or of a permission that is missing
	EventApplied  EventType = "Applied"  // the change is written
	EventRollback EventType = "Rollback" // a rollback was written
	EventResult   EventType = "Result"   // the release is decided
)

// Event is one piece of news, for a line of a log or of NDJSON.
type Event struct {
	Time     time.Time          `json:"time"`
	Type     EventType          `json:"type"`
	Workload *workload.Ref      `json:"workload,omitempty"`
	Message  string             `json:"message,omitempty"`
	Counts   *Counts            `json:"counts,omitempty"`
	Finding  *diagnosis.Finding `json:"finding,omitempty"`
	Outcome  Outcome            `json:"outcome,omitempty"`
	// Changes are those of WorkloadState, with Applied.
	Changes []workload.TemplateChange `json:"changes,omitempty"`
}
