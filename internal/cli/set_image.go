package cli

import (
	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

const setImageExample = `  # Set the image of container web, and watch it to a verdict; roll back if it fails
  kubectl app set image deployment/web web=web:2.0

  # Every container of all workloads with a label, as one release: all or nothing
  kubectl app set image deployment -l app=shop '*=shop:2.0'

  # Check what would happen, validated by the server, and change nothing
  kubectl app set image deployment/web web=web:2.0 --dry-run=server --diff

  # In a script: one JSON object on stdout, the exit code says how it ended
  kubectl app set image deployment/web web=web:2.0 -o result`

type setImageFlags struct{ changeFlags }

// setImageOptions are what a command line asks for.
type setImageOptions struct {
	selection cluster.Selection
	settings  []rollout.ImageSetting
}

func newSetImage(env *Env) *cobra.Command {
	var flags setImageFlags
	out := newOutput("image updated")
	cmd := &cobra.Command{
		Use:   "image (-f FILENAME | TYPE/NAME | TYPE NAME | TYPE -l SELECTOR) CONTAINER=IMAGE ...",
		Short: "Update the image of containers, watch the rollout, and roll back if it fails",
		Long: `Update the image of containers, as kubectl set image does. Then watch the rollout. If it fails, name the
cause, roll back, and check that the rollback works.

The change is checked first. Several workloads are one release: if one fails, all are rolled back.`,
		Example: setImageExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			options, err := flags.options(args)
			if err != nil {
				return err
			}
			r, err := flags.release(cmd, env, out)
			if err != nil {
				return err
			}
			r.command = append([]string{"set", "image"}, flags.typed(args)...)
			r.unchangedHint = restartHint
			return r.run(cmd.Context(), options.selection, r.planImages(options.settings))
		},
	}
	flags.add(cmd, "set image")
	out.add(cmd)
	return cmd
}

func (f *setImageFlags) options(args []string) (setImageOptions, error) {
	resources, settings, err := rollout.ParseImageArgs(args)
	if err != nil {
		return setImageOptions{}, usageError{err}
	}
	tail := make([]string, 0, len(settings))
	for _, s := range settings {
		tail = append(tail, s.Container+"="+s.Image)
	}
	selection := f.selection(resources, "set image", tail...)
	if err := selection.Validate(); err != nil {
		return setImageOptions{}, usageError{err}
	}
	return setImageOptions{selection: selection, settings: settings}, nil
}

// planImages is the plan of one workload: the images set or, if that changes nothing and it was
// asked for, a restart.
func (r *release) planImages(settings []rollout.ImageSetting) cluster.Plan {
	return func(c cluster.Captured) (cluster.Edit, error) {
		plan, err := rollout.PlanImages(c.Ref(), c.Template(), settings)
		if err != nil {
			return cluster.Edit{}, err
		}
		return r.editOrRestart(plan.Template, len(plan.Changes) == 0), nil
	}
}
