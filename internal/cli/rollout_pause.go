package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
)

type rolloutPauseFlags struct {
	selectionFlags
	fieldManager string
}

func (f *rolloutPauseFlags) add(cmd *cobra.Command) {
	f.selectionFlags.add(cmd.Flags())
	addFieldManager(cmd.Flags(), &f.fieldManager)
}

func newRolloutPause(env *Env) *cobra.Command {
	var flags rolloutPauseFlags
	out := newOutput("paused")
	cmd := &cobra.Command{
		Use:   "pause (TYPE/NAME | TYPE NAME | TYPE [-l SELECTOR]) [options]",
		Short: "Pause the rollouts of a deployment",
		Long: `Mark a deployment as paused, as kubectl rollout pause does. Its pods stay as they are, and changes of its template
are not rolled out until it is resumed. StatefulSets and DaemonSets can't be paused.`,
		Example: `  # Stop the rollout of deployment web where it is
  kubectl app rollout pause deployment/web`,
		RunE: func(cmd *cobra.Command, args []string) error {
			selection, err := flags.selected(args, "rollout pause")
			if err == nil {
				err = out.complete(release.DryRunNone)
			}
			if err == nil && out.wantsResult() {
				err = usagef("-o result: rollout pause does not watch, and has no result")
			}
			if err != nil {
				return err
			}
			return flags.write(cmd.Context(), env, out, selection, true)
		},
	}
	flags.add(cmd)
	out.print.AddFlags(cmd)
	return cmd
}

func (f *rolloutPauseFlags) selected(args []string, verb string) (resolve.Selection, error) {
	selection := f.selection(args, verb)
	selection.AllOfType = true
	if err := selection.Validate(); err != nil {
		return selection, usageError{err}
	}
	return selection, nil
}

// write pauses or resumes each workload. As with kubectl, one that can't be does not stop the others. If none could be,
// nothing was changed.
func (f *rolloutPauseFlags) write(ctx context.Context, env *Env, out *output, selection resolve.Selection, paused bool) error {
	c := env.cluster()
	objects, err := resolve.Workloads(ctx, c, selection)
	if err != nil {
		return resolveError(err)
	}
	var faults []error
	untouched := true
	for _, o := range objects {
		written, err := c.SetPaused(ctx, o, paused, cluster.WriteOptions{FieldManager: f.fieldManager})
		if err == nil {
			untouched = false
			err = out.object(env, written.API)
		}
		if ctx.Err() != nil {
			if !errors.As(err, new(*cluster.LostError)) { // else it says what is not known
				err = nil
			}
			return errors.Join(append(faults, err, context.Cause(ctx))...)
		}
		untouched = untouched && (err == nil || cluster.Is(err, cluster.NoChange, cluster.Forbidden, cluster.Denied))
		faults = append(faults, resolveError(err))
	}
	if err := errors.Join(faults...); err != nil && untouched {
		return release.RefusedError{Err: err}
	}
	return errors.Join(faults...)
}
