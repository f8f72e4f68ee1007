package cli

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

type rolloutUndoFlags struct {
	changeFlags
	toRevision int64
}

func newRolloutUndo(env *Env) *cobra.Command {
	var flags rolloutUndoFlags
	out := newOutput("rolled back")
	cmd := &cobra.Command{
		Use:   "undo (TYPE/NAME | TYPE NAME | TYPE -l SELECTOR) [--to-revision=N] [flags]",
		Short: "Go back to an earlier revision that is not known to be bad, watched to a verdict",
		Long: `Go back to the revision before, as kubectl rollout undo does, and watch it as any release. If that
revision is stamped as failed, it goes to the last one that is stamped as good instead, and says so.`,
		Example: `  # Go back to the revision before, or to the last good one if that failed
  kubectl app rollout undo deployment/web

  # Go back to revision 3
  kubectl app rollout undo deployment/web --to-revision=3`,
		RunE: func(cmd *cobra.Command, args []string) error {
			selection := flags.selection(args, "rollout undo")
			if flags.toRevision < 0 {
				return usagef("--to-revision takes a revision number, or 0 for the one before")
			}
			if err := selection.Validate(); err != nil {
				return usageError{err}
			}
			r, err := flags.release(cmd, env, out)
			if err != nil {
				return err
			}
			r.command = append([]string{"rollout", "undo"}, flags.typed(args)...)
			return r.run(cmd.Context(), selection, r.planUndo(flags.toRevision))
		},
	}
	flags.selectionFlags.add(cmd.Flags())
	flags.releaseFlags.add(cmd.Flags())
	cmd.Flags().Int64Var(&flags.toRevision, "to-revision", 0, "The revision to rollback to. Default to 0 (last revision).")
	out.add(cmd)
	return cmd
}

// planUndo is the plan of one workload: an earlier revision's template.
func (r *release) planUndo(toRevision int64) cluster.Plan {
	return func(c cluster.Captured) (cluster.Edit, error) {
		if c.RevisionsErr != nil {
			return cluster.Edit{}, c.RevisionsErr
		}
		plan, err := rollout.PlanUndo(c.Before.Workload, c.Revisions, toRevision)
		var current *rollout.AlreadyCurrentError
		if errors.As(err, &current) {
			return cluster.Edit{Template: c.Deployment.Spec.Template}, nil
		}
		if err != nil {
			return cluster.Edit{}, err
		}
		r.note(plan.Note)
		return cluster.Edit{Template: plan.Template, Annotations: plan.Annotations, ChangeCause: r.flags.reason}, nil
	}
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
