package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

type rolloutStatusFlags struct {
	selectionFlags
	watchFlags
	watch    bool
	revision int64
	result   bool
}

func newRolloutStatus(env *Env) *cobra.Command {
	var flags rolloutStatusFlags
	var format string
	cmd := &cobra.Command{
		Use:   "status (TYPE/NAME | TYPE NAME | TYPE -l SELECTOR) [options]",
		Short: "Watch a rollout until it succeeds or fails, and name the cause",
		Long: `Attach to a rollout, no matter who started it, and watch it until it succeeds or fails. Only the verdict
annotation of the revision is written.`,
		Example: `  # Watch the rollout of deployment web to its end
  kubectl app rollout status deployment/web

  # Watch every deployment with a label, and give up after two minutes
  kubectl app rollout status deployment -l app=shop --timeout=2m`,
		RunE: func(cmd *cobra.Command, args []string) error {
			policy, err := flags.policy()
			if err == nil && !flags.watch {
				err = unwatched(cmd.Flags(), "--watch=false", "timeout", "soak", "recording")
			}
			if err != nil {
				return err
			}
			if flags.result, err = onlyResult(format); err != nil {
				return err
			}
			selection := flags.selection(args, "rollout status")
			if err := selection.Validate(); err != nil {
				return usageError{err}
			}
			return flags.run(cmd.Context(), env, selection, policy)
		},
	}
	flags.selectionFlags.add(cmd.Flags())
	flags.watchFlags.add(cmd.Flags(), 0)
	cmd.Flags().BoolVarP(&flags.watch, "watch", "w", true, "Watch the status of the rollout until it's done.")
	cmd.Flags().Int64Var(&flags.revision, "revision", 0, "Pin to a specific revision for showing its status. Defaults to 0 (last revision).")
	cmd.Flags().StringVarP(&format, "output", "o", "", "Output format. One of: result, the outcome of the watch as JSON.")
	return cmd
}

// onlyResult is for verbs that write no object, so that there is none to print.
func onlyResult(format string) (bool, error) {
	if format != "" && format != outputResult {
		return false, usagef("-o %s is unknown here: it takes result", format)
	}
	return format == outputResult, nil
}

func (f *rolloutStatusFlags) run(ctx context.Context, env *Env, selection cluster.Selection, policy rollout.Policy) error {
	c := env.cluster()
	objects, err := c.Resolve(ctx, selection)
	if err != nil {
		return resolveError(err)
	}
	if err := f.checkRevision(objects); err != nil {
		return err
	}
	var watched []watch.Target
	var targets []rollout.Target
	for _, o := range objects {
		watched = append(watched, watch.Target{Ref: o.Ref(), Selector: o.Deployment.Spec.Selector})
		targets = append(targets, rollout.Target{Ref: o.Ref(), UID: o.Deployment.UID, Generation: o.Deployment.Generation})
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	follower, err := newFollower(work, env, c, view.New(env.Term, view.Mode(f.progress)), watched, f.recording)
	if err != nil {
		return err
	}
	follower.recorder.taken()
	state := rollout.Start(targets, policy, env.Now())
	if f.watch {
		state, err = follower.follow(ctx, state, nil)
	} else {
		state, err = follower.once(ctx, state)
	}
	if err != nil && ctx.Err() == nil {
		return errors.Join(err, follower.close())
	}
	if err != nil {
		state.Outcome = rollout.Interrupted
	}
	// Without permission to write there is no stamp: a status is asked for by readers too.
	_ = stampAll(work, c, follower, state, cluster.WriteOptions{})
	result := rollout.NewResult(state, nil, env.Now())
	if f.watch && state.Outcome == rollout.Failed {
		for i, message := range follower.rollbacksElsewhere(ctx, state, objects) {
			result.Workloads[i].Rollback = &rollout.RollbackResult{Outcome: rollout.Undecided, Message: message}
		}
	}
	return f.finish(ctx, env, follower, state, result)
}

// checkRevision holds --revision against what is running, as kubectl does.
func (f *rolloutStatusFlags) checkRevision(objects []cluster.Object) error {
	for _, o := range objects {
		running := o.Deployment.Annotations[workload.AnnotationRevision]
		if f.revision > 0 && running != strconv.FormatInt(f.revision, 10) {
			return hintedError{
				err:   fmt.Errorf("%s is at revision %s, not %d", o.Ref(), running, f.revision),
				hints: []string{app("rollout history", o.Ref())},
			}
		}
	}
	return nil
}

func (f *rolloutStatusFlags) finish(ctx context.Context, env *Env, follower *follower, state rollout.State, result rollout.Result) error {
	result.ExitCode = f.exitCode(ctx, result.Outcome)
	for _, w := range result.Workloads {
		switch w.Outcome {
		case rollout.Failed:
			if w.Rollback != nil {
				result.Next = append(result.Next, app("rollout history", w.Ref))
				continue
			}
			result.Next = append(result.Next, remedies(w)...)
		case rollout.Interrupted, rollout.TimedOut, rollout.Undecided:
			result.Next = append(result.Next, app("rollout status", w.Ref))
		}
	}
	env.hereResult(&result)
	follower.conclude(&state, nil, result)
	err := follower.close()
	if f.result {
		err = errors.Join(err, view.Result(env.Term.Out, result))
	} else {
		err = errors.Join(err, f.printLines(env, result, follower.snapshot))
	}
	if result.ExitCode != exitOK {
		return errors.Join(decidedError{result.ExitCode}, err)
	}
	return err
}

// exitCode: a rollout that is still progressing, and not waited for, has no verdict, but what a script
// does next is what it does when time has run out.
func (f *rolloutStatusFlags) exitCode(ctx context.Context, outcome rollout.Outcome) int {
	if !f.watch && outcome == rollout.Undecided {
		return exitTimedOut
	}
	return outcomeCode(ctx, outcome)
}

// printLines prints kubectl's own lines: of all workloads once they are done, and of each when it was
// not to be waited for.
func (f *rolloutStatusFlags) printLines(env *Env, result rollout.Result, seen rollout.Snapshot) error {
	if f.watch && result.Outcome != rollout.Succeeded {
		return nil
	}
	var lines strings.Builder
	for _, w := range result.Workloads {
		switch w.Outcome {
		case rollout.Succeeded:
			fmt.Fprintf(&lines, "deployment %q successfully rolled out\n", w.Name)
		case rollout.Undecided:
			fmt.Fprintln(&lines, rollout.WaitingLine(w.Name, seen[w.Ref].Workload))
		default: // it has failed, and kubectl prints no status either
		}
	}
	if _, err := io.WriteString(env.Term.Out, lines.String()); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	return nil
}

// remedies are what to type about a rollout that failed: what mends its cause, and the way back. To resume
// a paused rollout whose pods crash would bring more of them; its undo resumes, too.
func remedies(w rollout.WorkloadResult) []string {
	if len(w.Findings) == 0 {
		return []string{app("rollout undo", w.Ref)}
	}
	next := slices.Clone(w.Findings[0].Next)
	if i := slices.IndexFunc(w.Findings, func(f rollout.Finding) bool { return f.Cause == rollout.Paused }); i > 0 && w.Findings[0].Grade != rollout.Failing {
		next = append(next, w.Findings[i].Next...)
	}
	return append(next, undoOf(w.Ref, w.Findings))
}
