package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

type rolloutStatusFlags struct {
	selectionFlags
	watchFlags
	watch    bool
	revision int64
	result   bool
	// quiet: the lines of kubectl rollout status are not printed.
	quiet     bool
	onFailure release.Action
}

func newRolloutStatus(env *Env) *cobra.Command {
	var flags rolloutStatusFlags
	var format string
	cmd := &cobra.Command{
		Use:   "status (TYPE/NAME | TYPE NAME | TYPE [-l SELECTOR]) [options]",
		Short: "Watch a rollout until it succeeds or fails, and name the cause",
		Long: `Attach to a rollout, no matter who started it, and watch it until it succeeds or fails. Only the verdict
annotation of the revision is written.

With --on-failure=rollback, a rollout that fails goes back to the revision that it replaced, if that one is known
to have served: it was verified, or some of its pods serve now. Otherwise nothing is changed.`,
		Example: `  # Watch the rollout of deployment web to its end
  kubectl app rollout status deployment/web

  # Watch every deployment with a label, and give up after two minutes
  kubectl app rollout status deployment -l app=shop --timeout=2m

  # Watch what kubectl set image started, and go back to what served before if it fails
  kubectl app rollout status deployment/web --on-failure=rollback`,
		RunE: func(cmd *cobra.Command, args []string) error {
			policy, err := flags.policy()
			if err == nil && !flags.watch {
				err = unwatched(cmd.Flags(), "--watch=false", "timeout", "soak", "recording", "on-failure")
			}
			if err != nil {
				return err
			}
			if flags.result, err = onlyResult(format); err != nil {
				return err
			}
			selection := flags.selection(args, "rollout status")
			selection.AllOfType = true
			if err := selection.Validate(); err != nil {
				return usageError{err}
			}
			policy.Once = !flags.watch
			r := flags.transaction(env, policy)
			if !cmd.Flags().Changed("soak") {
				r.Policy.Soak = defaultSoak // of the way back, which is a change
			}
			return flags.run(cmd.Context(), r, selection, policy)
		},
	}
	flags.selectionFlags.add(cmd.Flags())
	flags.watchFlags.add(cmd.Flags(), 0)
	addOnFailure(cmd.Flags(), &flags.onFailure, release.Keep)
	cmd.Flags().BoolVarP(&flags.watch, "watch", "w", true, "Watch the status of the rollout until it's done.")
	cmd.Flags().Int64Var(&flags.revision, "revision", 0, "Pin to a specific revision for showing its status. Defaults to 0 (last revision).")
	cmd.Flags().StringVarP(&format, "output", "o", "", "Output format. One of: result, the outcome of the watch as JSON.")
	printsResult(cmd.Flags())
	return cmd
}

// onlyResult is for verbs that write no object, so that there is none to print.
func onlyResult(format string) (bool, error) {
	if format != "" && format != outputResult {
		return false, usagef("-o %s is unknown here: it takes result", redact.Argument(format))
	}
	return format == outputResult, nil
}

// transaction is the release that --on-failure carries on.
func (f *rolloutStatusFlags) transaction(env *Env, policy rollout.Policy) *transaction {
	t := newTransaction(env, nil, &releaseFlags{watchFlags: f.watchFlags, onFailure: f.onFailure, wait: true}, policy)
	if !f.watch {
		// A rollout that is still progressing has no verdict, but what a script does next is what it does when time
		// has run out.
		t.undecided = exitTimedOut
	}
	t.next = f.next
	return t
}

// run watches what the selection names. t carries out --on-failure.
func (f *rolloutStatusFlags) run(ctx context.Context, t *transaction, selection resolve.Selection, policy rollout.Policy) error {
	objects, err := resolve.Workloads(ctx, t.cluster, selection)
	if err != nil {
		return resolveError(err)
	}
	if err := f.checkRevision(ctx, t.cluster, objects); err != nil {
		return err
	}
	attached, err := f.attach(ctx, t, objects)
	if err != nil {
		return err
	}
	result, seen, err := t.Watch(ctx, attached, policy)
	if result == nil {
		return err
	}
	if f.result {
		err = errors.Join(err, t.env.result(*result))
	} else {
		err = errors.Join(err, f.printLines(t.env, *result, seen))
	}
	if result.ExitCode != exitOK {
		return errors.Join(decidedError{result.ExitCode}, err)
	}
	return err
}

// attach reads what the rollouts replaced, where a failure may lead back there.
func (f *rolloutStatusFlags) attach(ctx context.Context, t *transaction, objects []cluster.Object) ([]cluster.Written, error) {
	attached := make([]cluster.Written, 0, len(objects))
	if f.onFailure != release.Rollback {
		for _, o := range objects {
			attached = append(attached, cluster.Written{Object: o})
		}
		return attached, nil
	}
	captured, err := t.cluster.Capture(ctx, objects)
	for _, c := range captured {
		w := c.Attach()
		if over := c.Before.Over(0, t.env.Now()); over != "" && w.Doubt == "" {
			w.Doubt = over
		}
		attached = append(attached, w)
	}
	return attached, err
}

// checkRevision holds --revision against what is running, as kubectl does.
func (f *rolloutStatusFlags) checkRevision(ctx context.Context, c *cluster.Cluster, objects []cluster.Object) error {
	if f.revision == 0 {
		return nil
	}
	revisions, err := c.Revisions(ctx, objects)
	if err != nil {
		return err
	}
	for i, o := range objects {
		current := workload.Current(o.Workload(), revisions[i])
		if err := f.isRevision(o.Ref(), current); err != nil {
			return err
		}
	}
	return nil
}

// isRevision: current is nil while the controller has not made the revision.
func (f *rolloutStatusFlags) isRevision(ref workload.Ref, current *workload.Revision) error {
	if current != nil && current.Number == f.revision {
		return nil
	}
	err := fmt.Errorf("%s is not at revision %d", ref, f.revision)
	if current != nil {
		err = fmt.Errorf("%s is at revision %d, not %d", ref, current.Number, f.revision)
	}
	return release.RefusedError{Err: hintedError{err: err, hints: []string{release.App("rollout history", ref)}}}
}

// next are the commands to type after a result.
func (f *rolloutStatusFlags) next(result *rollout.Result) (next []string) {
	for _, w := range result.Workloads {
		switch w.Outcome {
		case rollout.Failed:
			switch {
			case w.Rollback != nil:
				next = append(next, release.App("rollout history", w.Ref))
			case f.onFailure == release.Keep:
				next = append(next, remedies(w)...)
			}
		case rollout.TimedOut: // the same command would wait for the same thing
			next = append(next, release.Kubectl("describe", w.Ref))
		case rollout.Interrupted, rollout.Undecided:
			next = append(next, release.App("rollout status", w.Ref))
		}
	}
	return next
}

// printLines prints kubectl's own lines: of all workloads once they are done, and of each when it was
// not to be waited for.
func (f *rolloutStatusFlags) printLines(env *Env, result rollout.Result, seen rollout.Snapshot) error {
	if f.quiet || f.watch && result.Outcome != rollout.Succeeded {
		return nil
	}
	var lines strings.Builder
	for _, w := range result.Workloads {
		switch w.Outcome {
		case rollout.Succeeded:
			fmt.Fprintln(&lines, workload.DoneLine(w.Ref, seen[w.Ref].Workload))
		case rollout.Undecided:
			fmt.Fprintln(&lines, workload.WaitingLine(w.Ref, seen[w.Ref].Workload))
		default: // it has failed, and kubectl prints no status either
		}
	}
	if _, err := io.WriteString(env.Term.Out, lines.String()); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	return nil
}

// remedies are what to type about a rollout that failed: what mends its cause, and the way back, but not from the only
// revision. To resume a paused rollout whose pods crash would bring more of them; its undo resumes, too.
func remedies(w rollout.WorkloadResult) (next []string) {
	if len(w.Findings) > 0 {
		next = slices.Clone(w.Findings[0].Next)
	}
	if i := slices.IndexFunc(w.Findings, func(f diagnosis.Finding) bool { return f.Cause == diagnosis.Paused }); i > 0 && w.Findings[0].Grade != diagnosis.Failing {
		next = append(next, w.Findings[i].Next...)
	}
	if w.Revision.From > 0 || w.Revision.To == 0 {
		next = append(next, release.Undo(w.Ref, 0, w.Findings...))
	}
	return next
}
