package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
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
		Use:   "undo (TYPE/NAME | TYPE NAME | TYPE -l SELECTOR) [--to-revision=N] [--resume] [options]",
		Short: "Go back to the previous revision, or to the last good one, and watch the rollout",
		Long: `Go back to the previous revision, as kubectl rollout undo does, and watch the rollout. If the previous
revision is known to have failed, go to the last good one instead.

A paused workload is refused, as with kubectl. --resume resumes it in the same write.`,
		Example: `  # Go back to the previous revision, or to the last good one if the previous one failed
  kubectl app rollout undo deployment/web

  # Go back to revision 3
  kubectl app rollout undo deployment/web --to-revision=3

  # Go back and resume a workload that was paused by --on-failure=pause or kubectl rollout pause
  kubectl app rollout undo deployment/web --resume`,
		RunE: func(cmd *cobra.Command, args []string) error {
			selection := flags.selection(args, "rollout undo")
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
			r.resuming = func(ref workload.Ref) string { return undoAndResume(ref, flags.toRevision) }
			r.undoes = true
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
func (r *release) planUndo(toRevision int64, resume bool) cluster.Plan {
	return func(c cluster.Captured) (cluster.Edit, error) {
		if c.RevisionsErr != nil {
			return cluster.Edit{}, c.RevisionsErr
		}
		plan, err := rollout.PlanUndo(c.Before.Workload, c.Revisions, toRevision)
		var current *rollout.AlreadyCurrentError
		resumes := resume && c.Paused()
		if errors.As(err, &current) {
			if resumes {
				r.note(fmt.Sprintf("%s already has the template of revision %d, and stays paused: %s", c.Ref(), current.Revision, kubectl("rollout resume", c.Ref())))
			}
			return cluster.Edit{Template: *c.Template()}, nil
		}
		if err != nil {
			return cluster.Edit{}, err
		}
		r.note(plan.Note)
		if resumes {
			r.note(fmt.Sprintf("%s was paused; this command resumes it", c.Ref()))
		}
		return cluster.Edit{
			Template: plan.Template, Annotations: plan.Annotations, ChangeCause: r.env.Redactor.LogLine(r.flags.reason), Resume: resumes,
		}, nil
	}
}

// undoAndResume is the command that goes back, whether the workload is paused or not; 0 is the revision before.
func undoAndResume(ref workload.Ref, toRevision int64) string {
	command := app("rollout undo", ref)
	if toRevision > 0 {
		command += fmt.Sprintf(" --to-revision=%d", toRevision)
	}
	return command + " --resume"
}

// undoOf is the undo to type about what was found: one of a paused workload has to resume it.
func undoOf(ref workload.Ref, found []diagnosis.Finding) string {
	if slices.ContainsFunc(found, func(f diagnosis.Finding) bool { return f.Cause == diagnosis.Paused }) {
		return undoAndResume(ref, 0)
	}
	return app("rollout undo", ref)
}

// note keeps what a plan has to say. A plan is made again when the object changed under it: once is
// enough.
func (r *release) note(texts ...string) {
	r.planning.Lock()
	defer r.planning.Unlock()
	for _, text := range texts {
		if text != "" && !slices.Contains(r.notes, text) {
			r.notes = append(r.notes, text)
		}
	}
}
