package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

func TestExitCode(t *testing.T) {
	ended := func(s os.Signal) context.Context {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(signalError{s})
		return ctx
	}
	for name, test := range map[string]struct {
		ctx  context.Context
		err  error
		want int
	}{
		"done":                          {t.Context(), nil, 0},
		"an error of the API":           {t.Context(), errors.New("refused"), 1},
		"a wrong command line":          {t.Context(), fmt.Errorf("set image: %w", usagef("no image")), 2},
		"an outcome":                    {t.Context(), errors.Join(errors.New("stdout is gone"), decidedError{5}), 5},
		"an outcome, then a signal":     {ended(syscall.SIGINT), decidedError{4}, 4},
		"refused":                       {t.Context(), release.RefusedError{Err: errors.New("unset")}, 3},
		"ctrl-c at a prompt":            {t.Context(), release.RefusedError{Err: fmt.Errorf("password: %w", term.ErrInterrupted)}, 130},
		"nobody reads stdout":           {t.Context(), fmt.Errorf("writing: %w", &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}), 141},
		"nobody reads stderr":           {t.Context(), &fs.PathError{Op: "write", Path: "/dev/stderr", Err: syscall.EPIPE}, 141},
		"a server hangs up":             {t.Context(), &net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}, 1},
		"interrupted":                   {ended(syscall.SIGINT), errors.New("context canceled"), 130},
		"terminated":                    {ended(syscall.SIGTERM), errors.New("context canceled"), 143},
		"a usage error, then a signal":  {ended(syscall.SIGTERM), usagef("no image"), 2},
		"cancelled without a signal":    {ended(os.Kill), errors.New("context canceled"), 130},
		"done, and a signal afterwards": {ended(syscall.SIGINT), nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := exitCode(test.ctx, test.err); got != test.want {
				t.Errorf("exit code %d, want %d", got, test.want)
			}
		})
	}
}

func TestSignalNames(t *testing.T) {
	for signal, want := range map[os.Signal]string{os.Interrupt: "received SIGINT", syscall.SIGINT: "received SIGINT", syscall.SIGTERM: "received SIGTERM"} {
		if got := (signalError{signal}).Error(); got != want {
			t.Errorf("%v: %q, want %q", signal, got, want)
		}
	}
}

func TestOutcomeCodes(t *testing.T) {
	for outcome, want := range map[rollout.Outcome]int{
		rollout.Succeeded: 0, rollout.Unchanged: 0, rollout.Refused: 3, rollout.Failed: 4, rollout.RolledBack: 5,
		rollout.RollbackFailed: 6, rollout.TimedOut: 7, rollout.Superseded: 8, rollout.Interrupted: 130,
		rollout.Undecided: 1, "": 1, "Unheard": 1,
	} {
		if got := outcomeCode(t.Context(), outcome); got != want {
			t.Errorf("%q: exit code %d, want %d", outcome, got, want)
		}
	}
}

// The table that users read is the one that the code goes by.
func TestExitCodesHelp(t *testing.T) {
	doc, err := os.ReadFile("../../docs/exit-codes.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range exitMeanings {
		if m.code == exitTerminated {
			continue // one row of the document has both signals
		}
		if row := fmt.Sprintf("| %d", m.code); !strings.Contains(string(doc), row) {
			t.Errorf("docs/exit-codes.md has no row for %d", m.code)
		}
		if meaning, _, _ := strings.Cut(m.meaning, " by SIG"); !strings.Contains(string(doc), meaning) {
			t.Errorf("docs/exit-codes.md does not say %q", meaning)
		}
	}
}
