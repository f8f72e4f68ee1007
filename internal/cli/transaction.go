package cli

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// transaction is the release of one command line, and what is printed of it.
type transaction struct {
	*release.Release
	env     *Env
	cluster *cluster.Cluster
	flags   *releaseFlags
	output  *output
	// command is what the user typed after `kubectl app`.
	command []string
	// unexplained: the change gets no change-cause.
	unexplained bool
	// printed: an object was printed.
	printed bool
	// undecided is the exit code of a release without a verdict.
	undecided int
	// next are commands to type after a result; nil for none beside its own.
	next func(*rollout.Result) []string
}

func newTransaction(env *Env, out *output, flags *releaseFlags, policy rollout.Policy) *transaction {
	env.sparing()
	c := env.cluster()
	t := &transaction{env: env, cluster: c, flags: flags, output: out, undecided: exitError}
	if !flags.wait { // the user asked for the write alone
		t.undecided = exitOK
	}
	t.Release = release.New(env.program(), release.Live(c, env.Redactor), t, flags.options(policy))
	return t
}

// run changes what the selection names by the plan.
func (t *transaction) run(ctx context.Context, selection resolve.Selection, plan cluster.Plan) error {
	return t.runPrepared(ctx, selection, func(context.Context, []cluster.Captured) error { return nil }, plan)
}

// runPrepared is run with what has to be known before the plan, and may add changes to the release. With --local it is left
// out.
func (t *transaction) runPrepared(ctx context.Context, selection resolve.Selection, prepare func(context.Context, []cluster.Captured) error, plan cluster.Plan) error {
	objects, err := resolve.Workloads(ctx, t.cluster, selection)
	if err != nil {
		return t.untouched(ctx, resolveError(err))
	}
	if selection.Local {
		return t.runLocal(objects, plan)
	}
	objects, made := resolve.WithoutMade(objects)
	t.Warn(made...)
	captured, err := t.cluster.Capture(ctx, objects)
	if err != nil {
		return t.untouched(ctx, err)
	}
	if err := prepare(ctx, captured); err != nil {
		return t.untouched(ctx, err)
	}
	result, err := t.Run(ctx, captured, plan)
	return t.end(result, err)
}

// runLocal edits objects from files without a server, as kubectl's --local does.
func (t *transaction) runLocal(objects []cluster.Object, plan cluster.Plan) error {
	for _, o := range objects {
		edit, err := plan(cluster.Captured{Object: o})
		if err != nil {
			return t.refuseUnbegun(err)
		}
		o.SetTemplate(&edit.Template)
	}
	if refused := t.ShowNotes(); len(refused) > 0 {
		return errors.Join(t.Report(refused), decidedError{exitRefused})
	}
	for _, o := range objects {
		if err := t.Print(o.API); err != nil {
			return err
		}
	}
	return nil
}

// refuseUnbegun reports why a plan can't be made where no release was begun, and so there is no result.
func (t *transaction) refuseUnbegun(cause error) error {
	checks, ok := preflight.PlanChecks(cause)
	if !ok {
		return cause
	}
	for i := range checks {
		checks[i].Next = nil // the commands read from the server, which the file may not be on
	}
	return errors.Join(t.Report(checks), decidedError{exitRefused})
}

// untouched ends a release before its preflight.
func (t *transaction) untouched(ctx context.Context, err error) error {
	return t.end(t.Untouched(ctx, err))
}

// end shows the error of a release, prints its result, and gives its exit code.
func (t *transaction) end(result *rollout.Result, err error) error {
	if result == nil {
		return err
	}
	if err != nil && result.Outcome == rollout.Undecided {
		result.ExitCode = exitError // not even the write is done
	}
	if err != nil && result.ExitCode != exitOK {
		err = page.Error(t.env.Term, hintedError{err, result.Next})
	}
	return errors.Join(err, t.output.result(t.env, *result))
}

// resolveError: a command line that can't be understood is the user's to mend.
func resolveError(err error) error {
	var argument *resolve.ArgumentError
	var download *url.Error
	if errors.As(err, &argument) || cluster.Is(err, cluster.Unsupported) || cluster.Is(err, cluster.BadFile) && !errors.As(err, &download) {
		return usageError{err}
	}
	return err
}

// Line implements release.Command.
func (t *transaction) Line() string { return strings.Join(t.command, " ") }

// Reason implements release.Command. Only what the user writes may hold a value: the command has none.
func (t *transaction) Reason() string {
	if t.unexplained {
		return ""
	}
	return changeCause(t.env.Redactor.LogLine(t.flags.reason), t.command, t.env.Getenv)
}

// Print implements release.Command.
func (t *transaction) Print(object runtime.Object) error {
	t.printed = true
	return t.output.object(t.env, object)
}

// Here implements release.Command.
func (t *transaction) Here(commands []string) []string { return t.env.here(commands) }

// Complete implements release.Command.
func (t *transaction) Complete(ctx context.Context, result *rollout.Result) { //nolint:staticcheck // it counts the methods of the embedded Release, too
	result.ExitCode = outcomeCode(ctx, result.Outcome)
	if result.Outcome == rollout.Undecided {
		result.ExitCode = t.undecided
	}
	if t.next != nil {
		more := t.next(result) // it may put some first
		result.Next = append(result.Next, more...)
	}
	t.env.hereResult(result)
}
