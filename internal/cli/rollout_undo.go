package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

type rolloutUndoFlags struct {
	changeFlags
	toRevision int64
	resume     bool
}

func newRolloutUndo(env *Env) *cobra.Command {
	var flags rolloutUndoFlags
	out := newOutput("rolled back")
	cmd := &cobra.Command{
		Use:   "undo (TYPE/NAME | TYPE NAME | TYPE [-l SELECTOR]) [--to-revision=N] [--resume] [options]",
		Short: "Go back to the previous revision, or to the last good one, and watch the rollout",
		Long: `Go back to the previous revision, as kubectl rollout undo does, and watch the rollout. If the previous
revision is known to have failed, go to the last good one instead.

A paused workload is refused, as with kubectl. --resume resumes it in the same write.`,
		Example: `  # Go back to the previous revision, or to the last good one if the previous one failed
  kubectl app rollout undo deployment/web

  # Go back to revision 3
  kubectl app rollout undo deployment/web --to-revision=3

  # Show the template of the revision that an undo would go back to
  kubectl app rollout undo deployment/web --dry-run=client

  # Go back and resume a workload that was paused by --on-failure=pause or kubectl rollout pause
  kubectl app rollout undo deployment/web --resume`,
		RunE: func(cmd *cobra.Command, args []string) error {
			selection := flags.selection(args, "rollout undo")
			selection.AllOfType = true
			if flags.toRevision < 0 {
				return usagef("--to-revision takes a revision number, or 0 for the previous one")
			}
			if err := selection.Validate(); err != nil {
				return usageError{err}
			}
			r, err := flags.release(cmd, env, out)
			if err != nil {
				return err
			}
			r.command = append([]string{"rollout", "undo"}, flags.typed(args)...)
			r.Resuming = func(ref workload.Ref) string { return release.UndoAndResume(ref, flags.toRevision) }
			r.Undoes = true
			out.template = flags.dryRun == release.DryRunClient
			return r.run(cmd.Context(), selection, r.planUndo(flags.toRevision, flags.resume))
		},
	}
	flags.selectionFlags.add(cmd.Flags())
	flags.releaseFlags.add(cmd.Flags())
	cmd.Flags().Int64Var(&flags.toRevision, "to-revision", 0, "The revision to rollback to. Default to 0 (last revision).")
	cmd.Flags().BoolVar(&flags.resume, "resume", false, "Also resume a paused workload, in the same write; without it a paused workload is refused")
	out.add(cmd)
	return cmd
}

// planUndo is the plan of one workload: an earlier revision's template.
func (r *transaction) planUndo(toRevision int64, resume bool) cluster.Plan {
	return func(c cluster.Captured) (cluster.Edit, error) {
		if c.RevisionsErr != nil {
			return cluster.Edit{}, c.RevisionsErr
		}
		plan, err := rollout.PlanUndo(c.Before.Workload, c.Revisions, toRevision)
		var current *rollout.AlreadyCurrentError
		resumes := resume && c.Paused()
		if errors.As(err, &current) {
			if resumes {
				r.Note(fmt.Sprintf("%s already has the template of revision %d, and stays paused: %s", c.Ref(), current.Revision, release.App("rollout resume", c.Ref())))
			}
			return cluster.Edit{Template: *c.Template()}, nil
		}
		if err != nil {
			return cluster.Edit{}, err
		}
		r.Note(plan.Note)
		if resumes {
			r.Note(fmt.Sprintf("%s was paused; this command resumes it", c.Ref()))
		}
		return cluster.Edit{
			Template: plan.Template, Revision: plan.Revision.Number, Annotations: plan.Annotations, ChangeCause: r.env.Redactor.LogLine(r.flags.reason), Resume: resumes,
		}, nil
	}
}
