package release

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// DryRun is --dry-run. The set is closed.
type DryRun string

// The modes of a dry run, with kubectl's meaning.
const (
	DryRunNone   DryRun = "none"
	DryRunClient DryRun = "client"
	DryRunServer DryRun = "server"
)

// Operation adds kubectl's words to what was done: "created (dry run)".
func (d DryRun) Operation(done string) string {
	switch d {
	case DryRunClient:
		return done + " (dry run)"
	case DryRunServer:
		return done + " (server dry run)"
	}
	return done
}

// Action is what becomes of a change whose release fails or is interrupted. The set is closed; an interrupted release
// is not paused.
type Action string

// The actions.
const (
	Rollback Action = "rollback"
	Keep     Action = "keep"
	Pause    Action = "pause"
	// Delete takes away what was created. What was there before is rolled back.
	Delete Action = "delete"
)

// Options say how a change is released.
type Options struct {
	Policy rollout.Policy
	// Wait for the verdict. Without it the change is only written.
	Wait                   bool
	OnFailure, OnInterrupt Action
	DryRun                 DryRun
	Diff                   bool
	// Creates: the workloads are to be there. The first rollout of one that is, and has what is asked for, is taken for that of
	// the same command before.
	Creates bool
	// LeaveFixed leaves out workloads whose template can't be changed; without it they refuse the release.
	LeaveFixed bool
	// RestartUnchanged restarts workloads that have the template already.
	RestartUnchanged bool
	// Strict: notes of the plan refuse the change.
	Strict       bool
	FieldManager string
	Progress     view.Mode
	// Recording is the file to record in; "" for none.
	Recording string

	// Undoes: the change takes back an earlier one, and pods of that one that block the update are deleted.
	Undoes bool
	// Resuming is the command that makes the change to a paused workload and resumes it; nil if there is none.
	Resuming func(workload.Ref) string
	// UnchangedHint follows "already up to date".
	UnchangedHint string
}

// Program is what the program gives to every release.
type Program struct {
	Term     *term.Terminal
	Now      func() time.Time
	Redactor *redact.Redactor
	// Version is in the verdict annotations.
	Version string
}

// Command is the command line that a release carries out.
type Command interface {
	// Line is what the user typed after `kubectl app`, without values.
	Line() string
	// Reason is the change-cause.
	Reason() string
	// Print prints an object that was written or, in a dry run, would be.
	Print(runtime.Object) error
	// Here completes commands to type with the connection flags of this command line.
	Here(commands []string) []string
	// Complete sets the exit code of a result, adds commands to type, and completes them as Here does.
	Complete(context.Context, *rollout.Result)
}
