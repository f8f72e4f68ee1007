package cluster

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Reason is why a command could not be carried out. The set is closed.
type Reason string

// The reasons, grouped by where the trouble is: this machine, the way to the server, the server's
// answer.
const (
	NoConfig       Reason = "NoConfig"
	UnknownContext Reason = "UnknownContext"
	UnknownKind    Reason = "UnknownKind"
	Unsupported    Reason = "Unsupported"
	BadFile        Reason = "BadFile"
	NothingFound   Reason = "NothingFound"

	Unreachable  Reason = "Unreachable"
	Untrusted    Reason = "Untrusted" // TLS
	Unauthorized Reason = "Unauthorized"

	Forbidden   Reason = "Forbidden"
	NotFound    Reason = "NotFound"
	NoNamespace Reason = "NoNamespace"
	Conflict    Reason = "Conflict"
	Invalid     Reason = "Invalid"
	Denied      Reason = "Denied" // by an admission webhook or policy
	Throttled   Reason = "Throttled"
	ServerFault Reason = "ServerFault"
	NoChange    Reason = "NoChange" // it is so already
	Failed      Reason = "Failed"   // none of the others
)

// Error is a command that could not be carried out.
type Error struct {
	Reason Reason
	// Object is what it is about, as kubectl names it ("deployment/web"), or "".
	Object  string
	Message string
	// Nearest is the right name that a wrong one resembles, or "".
	Nearest string
	// Next are commands to type, the most useful first.
	Next []string
	Err  error // of the API, or nil
}

func (e *Error) Error() string { return e.Message }
func (e *Error) Unwrap() error { return e.Err }

// Hints are shown below the message.
func (e *Error) Hints() []string { return e.Next }

// Is tells whether err is an *Error for one of these reasons.
func Is(err error, reasons ...Reason) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	for _, r := range reasons {
		if e.Reason == r {
			return true
		}
	}
	return false
}

// SupersededError: someone else changed the object since our write, so it is theirs. Nothing was touched.
type SupersededError struct {
	Workload workload.Ref
	// What happened to it: "its template was changed", "it was deleted", …
	What string
	// Restored: it is what the write would have made of it.
	Restored bool
	// First: the write was to create it.
	First bool
}

func (e *SupersededError) Error() string {
	if e.First {
		return fmt.Sprintf("%s was not changed: %s", e.Workload, e.What)
	}
	return fmt.Sprintf("%s was not changed again: %s", e.Workload, e.What)
}

// Hints are commands to type next.
func (e *SupersededError) Hints() []string {
	if !e.First {
		return nil
	}
	return []string{"kubectl app status " + e.Workload.String() + InFlag(e.Workload.Namespace)}
}

// PartialError: some workloads of a release are written, then one failed. Those in Written, in Altered and in
// Doubtful have to be restored; nothing else was touched.
type PartialError struct {
	Written []Written
	// Altered are those of which a webhook stored something else.
	Altered []Written
	// Doubtful are those to whose write no answer came: Restore looks what became of each.
	Doubtful []Written
	// Failed is the one that could not be written; none when the command was interrupted.
	Failed workload.Ref
	Err    error
}

func (e *PartialError) Error() string {
	switch lost := (*LostError)(nil); {
	case e.Failed == (workload.Ref{}):
		return fmt.Sprintf("only %d workloads were changed: %v", len(e.Written), e.Err)
	case errors.As(e.Err, &lost):
		return e.Err.Error()
	}
	return fmt.Sprintf("%s could not be changed (%d others were): %v", e.Failed, len(e.Written), e.Err)
}
func (e *PartialError) Unwrap() error { return e.Err }

// NotWrittenError: a write whose answer was lost had never arrived, so that there is nothing to restore.
type NotWrittenError struct{ Workload workload.Ref }

func (e *NotWrittenError) Error() string {
	return fmt.Sprintf("%s is unchanged: the write did not reach the API server", e.Workload)
}

// Quoted lists names, each in quotes.
func Quoted(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(q, ", ")
}
