package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// The exit codes are a contract with scripts. `kubectl app help exit-codes` prints this table.
const (
	exitOK             = 0
	exitError          = 1
	exitUsage          = 2
	exitRefused        = 3
	exitFailed         = 4
	exitRolledBack     = 5
	exitRollbackFailed = 6
	exitTimedOut       = 7
	exitSuperseded     = 8
	exitInterrupted    = 130
	exitUnread         = 141
	exitTerminated     = 143
)

var exitMeanings = []struct {
	code    int
	meaning string
}{
	{exitOK, "done and verified; or nothing to change (the result says which)"},
	{exitError, "any other error (API, network, a missing permission to read)"},
	{exitUsage, "the command line is wrong"},
	{exitRefused, "refused by a check before the change; nothing was changed"},
	{exitFailed, "the rollout failed and was not rolled back"},
	{exitRolledBack, "the rollout failed; rolled back and verified"},
	{exitRollbackFailed, "the rollout failed, and the rollback failed too"},
	{exitTimedOut, "the time ran out while the rollout was still in progress; not rolled back (rollout status --watch=false: still in progress)"},
	{exitSuperseded, "another change superseded this one"},
	{exitInterrupted, "interrupted by SIGINT; the result says what state was left"},
	{exitUnread, "the program that reads the output has ended (for example head), as with kubectl"},
	{exitTerminated, "interrupted by SIGTERM; the result says what state was left"},
}

var outcomeCodes = map[rollout.Outcome]int{
	rollout.Succeeded:      exitOK,
	rollout.Unchanged:      exitOK,
	rollout.Refused:        exitRefused,
	rollout.Failed:         exitFailed,
	rollout.RolledBack:     exitRolledBack,
	rollout.RollbackFailed: exitRollbackFailed,
	rollout.TimedOut:       exitTimedOut,
	rollout.Superseded:     exitSuperseded,
	rollout.Interrupted:    exitInterrupted,
	// The watch or the recording ended before anything was decided: no verdict is no success.
	rollout.Undecided: exitError,
}

// outcomeCode maps an outcome to its exit code; a signal in ctx makes 130 or 143 of Interrupted.
func outcomeCode(ctx context.Context, outcome rollout.Outcome) int {
	if outcome == rollout.Interrupted {
		return signalCode(ctx)
	}
	code, known := outcomeCodes[outcome]
	if !known {
		return exitError
	}
	return code
}

func signalCode(ctx context.Context) int {
	var s signalError
	if errors.As(context.Cause(ctx), &s) && s.Signal == syscall.SIGTERM {
		return exitTerminated
	}
	return exitInterrupted
}

// signalError is the cause of a context that a signal ended.
type signalError struct{ os.Signal }

func (e signalError) Error() string {
	if e.Signal == syscall.SIGTERM {
		return "received SIGTERM"
	}
	return "received SIGINT"
}

// usageError is a command line that can't be carried out as it stands.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// hintedError adds what to type next to an error.
type hintedError struct {
	err   error
	hints []string
}

func (e hintedError) Error() string   { return e.err.Error() }
func (e hintedError) Unwrap() error   { return e.err }
func (e hintedError) Hints() []string { return e.hints }

// decidedError ends a verb whose outcome has been shown already: only the code is left to give.
type decidedError struct{ code int }

func (e decidedError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// exitCode maps the error of a verb to its code.
func exitCode(ctx context.Context, err error) int {
	var decided decidedError
	var usage usageError
	var refused release.RefusedError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &decided):
		return decided.code
	case errors.As(err, &usage):
		return exitUsage
	case ctx.Err() != nil:
		return signalCode(ctx)
	case errors.Is(err, term.ErrInterrupted):
		return exitInterrupted
	case errors.As(err, &refused):
		return exitRefused
	case unread(err):
		return exitUnread
	default:
		return exitError
	}
}

// unread tells whether the reader of stdout or stderr has gone: no fault of the command, and not worth a word.
func unread(err error) bool {
	var write *fs.PathError
	return errors.As(err, &write) && (write.Path == os.Stdout.Name() || write.Path == os.Stderr.Name()) && errors.Is(write, syscall.EPIPE)
}

// exitCodesHelp is the text of `help exit-codes`.
func exitCodesHelp() string {
	var b strings.Builder
	b.WriteString("Every verb that watches a rollout ends with one of these codes:\n\n")
	for _, m := range exitMeanings {
		fmt.Fprintf(&b, "  %3d  %s\n", m.code, m.meaning)
	}
	b.WriteString("\nWith -o result, the field exitCode has the same code. An error (1, 2) is a result, too.\n")
	return b.String()
}
