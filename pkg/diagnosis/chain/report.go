// Package chain explains why one object does not work: from the deepest object that is at fault, step by step, to the
// object that was asked about. Its causes are those of pkg/diagnosis. It computes only.
package chain

import (
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ReportKind is the kind of a Report.
const ReportKind = "WhyReport"

// State is what a look has come to.
type State string

// NothingFound does not mean healthy: it means that no rule fits what could be read. Unknown: the object changed while it
// was read.
const (
	Failing      State = "Failing"
	Progressing  State = "Progressing"
	NothingFound State = "NothingFound"
	Unknown      State = "Unknown"
)

// Report is the answer to why an object does not work. Its JSON is a contract: docs/schema/why-report.v1alpha1.json.
type Report struct {
	APIVersion string       `json:"apiVersion"`
	Kind       string       `json:"kind"`
	Object     workload.Ref `json:"object"`
	Time       time.Time    `json:"time"`
	State      State        `json:"state"`
	// Message is the state in one line.
	Message string          `json:"message"`
	Cause   diagnosis.Cause `json:"cause,omitempty"`
	// Since is since when the cause is there, if the cluster tells.
	Since *time.Time `json:"since,omitempty"`
	// Chain leads from the deepest cause to the object.
	Chain []Step `json:"chain"`
	// Also is what else is true, and not the cause.
	Also []string `json:"also,omitempty"`
	// Doors are those on the way to an app, from the inside out, with what they answered.
	Doors []Door    `json:"doors,omitempty"`
	Next  []Command `json:"next,omitempty"`
	// NotSeen is what could not be read.
	NotSeen []NotSeen `json:"notSeen,omitempty"`
	// Notes limit what the report can say.
	Notes []string `json:"notes,omitempty"`
	// Pods are those that are not well or have restarted; all others of PodsTotal are ready.
	Pods      []PodReport `json:"pods"`
	PodsTotal int         `json:"podsTotal"`
	// Changes are those since an earlier report.
	Changes *Changes `json:"changes,omitempty"`

	there map[string]bool // the UIDs of all pods
}

// Step is one object of the chain, and what is true of it.
type Step struct {
	Object workload.Ref `json:"object"`
	// Cause is set where the object shows the cause itself.
	Cause diagnosis.Cause `json:"cause,omitempty"`
	// Says is what is true of the object, in our words.
	Says string `json:"says,omitempty"`
	// Field is where that stands: a field of the object, or "event REASON".
	Field string `json:"field,omitempty"`
	// Message is the evidence in the cluster's own words, one line.
	Message string   `json:"message,omitempty"`
	Logs    []string `json:"logs,omitempty"`
}

// Door is one on the way to an app.
type Door struct {
	Door    string       `json:"door"`
	Object  workload.Ref `json:"object"`
	Address string       `json:"address"`
	Result  string       `json:"result"`
	// Status is an HTTP status.
	Status int `json:"status,omitempty"`
	// Says is the answer in our words, Message the error in those of who gave it.
	Says    string `json:"says"`
	Message string `json:"message,omitempty"`
}

// NotSeen is what could not be read.
type NotSeen struct {
	Resource string `json:"resource"`
	// Hides is what can't be found without it.
	Hides string   `json:"hides"`
	Next  []string `json:"next,omitempty"`
}

// PodReport is one pod as the report saw it.
type PodReport struct {
	Namespace string          `json:"namespace"`
	Name      string          `json:"name"`
	UID       string          `json:"uid"`
	Ready     bool            `json:"ready"`
	Restarts  int32           `json:"restarts,omitempty"`
	Cause     diagnosis.Cause `json:"cause,omitempty"`
}

// Moved is the report on an object that changes faster than it can be read.
func Moved(ref workload.Ref, what string, now time.Time) Report {
	r := Report{
		Kind: ReportKind, Object: ref, Time: now, State: Unknown, Chain: []Step{}, Pods: []PodReport{},
		Message: lowerRef(ref) + " " + what + " while it was read, twice",
	}
	r.next("kubectl app why " + lowerRef(ref) + " -n " + ref.Namespace)
	r.Next = tagged(r.Next)
	return r
}
