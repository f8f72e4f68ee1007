// Package cli is the command line: one small file for each verb, the exit codes, and the user's signals.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/page"
)

// The linker sets these; commit and its date only in a release.
var (
	version      = "v0.0.0-dev"
	commit, date string
)

// Main runs one command line and returns its exit code.
func Main(args []string, in io.Reader, out, errOut io.Writer) int {
	// A reader that goes away (| head) must not kill a release half-way: the write's error is enough.
	signal.Ignore(syscall.SIGPIPE)
	if asksCompletion(args) {
		return answerCompletion(args, in, out, os.Getenv)
	}
	ctx, stop := withSignals(context.Background())
	defer stop()

	// Without it a dead connection is noticed later, and nothing else changes.
	_ = noticeSilence()
	env := newEnv(in, out, errOut, os.Getenv, time.Now)
	ctx = withoutSecrets(ctx, env.Redactor)
	env.ended = ctx
	started := env.Now()
	root := newRoot(env)
	root.SetArgs(args)
	if program, rest := addedVerb(root, args); program != "" {
		return env.runPlugin(program, rest)
	}
	cmd, err := root.ExecuteContextC(ctx)
	code := exitCode(ctx, err)
	if hinter := page.Hinter(nil); errors.As(err, &hinter) {
		err = hintedError{err: err, hints: env.here(hinter.Hints())}
	}
	if unwritten := env.errorResult(cmd, args, err, code, started); unwritten != nil {
		err = errors.Join(err, unwritten)
	}
	if decided := (decidedError{}); err != nil && code != exitUnread && !errors.As(err, &decided) {
		// Nothing can be done about a stderr that is gone; the exit code still tells.
		_ = page.Error(env.Term, err)
	}
	return code
}

// withSignals ends the context at the first SIGINT or SIGTERM, with the signal as its cause. After
// that the signals have their usual effect again, so that a second one ends the program at once.
func withSignals(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		defer signal.Stop(signals)
		select {
		case s := <-signals:
			// First, so that a second signal that follows at once is not swallowed.
			signal.Stop(signals)
			cancel(signalError{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(context.Canceled) }
}
