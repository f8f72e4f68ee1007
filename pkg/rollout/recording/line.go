// Package recording reads and writes what the engine saw of a rollout, and plays it again: JSON
// lines, gzipped or not, each `{"t": seconds since the change, "type": …, "object": …}`, sorted by t.
package recording

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// The types of a line. Readers skip those that they don't know.
const (
	Initial  = "INITIAL"  // an object as it was before the change
	Update   = "UPDATE"   // the change itself
	Watch    = "WATCH"    // the watch of a rollout that was found under way
	Added    = "ADDED"    // as in a watch of the API
	Modified = "MODIFIED" //
	Deleted  = "DELETED"  //
	Log      = "LOG"      // the answer to a request for a container's log
	Action   = "ACTION"   // something done by hand
	End      = "END"      //
)

// Line is one line of a recording.
type Line struct {
	// T is in seconds since the change.
	T      float64         `json:"t"`
	Type   string          `json:"type"`
	Object json.RawMessage `json:"object,omitempty"`
}

// Elapsed is T as a duration.
func (l *Line) Elapsed() time.Duration { return time.Duration(l.T * float64(time.Second)) }

// SyntaxError says which line of a recording can't be read.
type SyntaxError struct {
	Line int // from 1
	Err  error
}

func (e *SyntaxError) Error() string {
	var syntax *json.SyntaxError
	var other *json.UnmarshalTypeError
	if errors.As(e.Err, &syntax) || errors.As(e.Err, &other) { // their words are about Go
		return fmt.Sprintf("line %d", e.Line)
	}
	return fmt.Sprintf("line %d: %v", e.Line, e.Err)
}

func (e *SyntaxError) Unwrap() error { return e.Err }

// beginning is the object of an UPDATE or WATCH line.
type beginning struct {
	Kind      string      `json:"kind"`
	Patch     string      `json:"patch,omitempty"`
	Reason    string      `json:"reason,omitempty"` // the change-cause
	StartedAt time.Time   `json:"startedAt"`
	Targets   []targetRef `json:"targets,omitempty"`
	Policy    *policyRef  `json:"policy,omitempty"`
}

// policyRef is what the command was told of how to watch.
type policyRef struct {
	FailFast       diagnosis.FailFast `json:"failFast,omitempty"`
	Soak           metav1.Duration    `json:"soak"`
	Timeout        metav1.Duration    `json:"timeout"`
	WaitForOldPods bool               `json:"waitForOldPods,omitempty"`
}

func (p policyRef) policy() rollout.Policy {
	return rollout.Policy{FailFast: p.FailFast, Soak: p.Soak.Duration, Timeout: p.Timeout.Duration, WaitForOldPods: p.WaitForOldPods}
}

// targetRef is a workload that the change wrote, and the generation that this made.
type targetRef struct {
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
	Generation int64  `json:"generation,omitempty"`
}

// podLog is the object of a LOG line.
type podLog struct {
	Kind      string  `json:"kind"`
	Namespace string  `json:"namespace"`
	Pod       string  `json:"pod"`
	Container string  `json:"container"`
	Previous  bool    `json:"previous"`
	Restart   *int32  `json:"restart,omitempty"` // the run that is meant, where it is known
	Text      *string `json:"text,omitempty"`
	Error     string  `json:"error,omitempty"`
}

// action is the object of an ACTION line.
type action struct {
	Kind   string `json:"kind"`
	Script string `json:"script"`
	// Targets are the workloads that were written, where the program did it itself.
	Targets []targetRef `json:"targets,omitempty"`
}

// rolledBack is the script of an ACTION line that tells of our own rollback.
const rolledBack = "rollback"
