package cli

import (
	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

const setImageExample = `  # Set the image of container web, and watch it to a verdict; roll back if it fails
  kubectl app set image deployment/web web=web:2.0

  # Every container of all workloads with a label, as one release: all or nothing
  kubectl app set image deployment -l app=shop '*=shop:2.0'

  # Check what would happen, with the server's word on it, and change nothing
  kubectl app set image deployment/web web=web:2.0 --dry-run=server --diff

  # In a script: one JSON object on stdout, the exit code says how it ended
  kubectl app set image deployment/web web=web:2.0 -o result`

type setImageFlags struct {
	selectionFlags
	releaseFlags
}

// setImageOptions are what a command line asks for.
type setImageOptions struct {
	selection cluster.Selection
	settings  []rollout.ImageSetting
	policy    rollout.Policy
}

func newSetImage(env *Env) *cobra.Command {
	var flags setImageFlags
	out := newOutput("image updated")
	cmd := &cobra.Command{
		Use:   "image (-f FILENAME | TYPE/NAME | TYPE NAME | TYPE -l SELECTOR) CONTAINER=IMAGE ...",
		Short: "Release an image, watched to a verdict, rolled back if it fails",
		Long: `Set the image of containers, as kubectl set image does, and finish the job: check first, write, watch
the rollout, name the cause if it fails, roll back and verify that.

Several workloads are one release: all of them, or none.`,
		Example: setImageExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			options, err := flags.options(args)
			if err == nil {
				err = flags.validate(cmd.Flags())
			}
			if err == nil {
				err = out.complete(flags.dryRun)
			}
			if err != nil {
				return err
			}
			r := newRelease(env, out, &flags.releaseFlags, options.policy)
			r.command = append([]string{"set", "image"}, flags.typed(args)...)
			r.unchangedHint = "; --restart-if-unchanged restarts the pods"
			return r.run(cmd.Context(), options.selection, r.planImages(options.settings))
		},
	}
	flags.selectionFlags.addAll(cmd.Flags())
	flags.releaseFlags.add(cmd.Flags())
	cmd.Flags().BoolVar(&flags.restartUnchanged, "restart-if-unchanged", false, "Restart the pods if the image is the one that they have already")
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
	policy, err := f.policy()
	return setImageOptions{selection: selection, settings: settings, policy: policy}, err
}

// planImages is the plan of one workload: the images set or, if that changes nothing and it was
// asked for, a restart.
func (r *release) planImages(settings []rollout.ImageSetting) cluster.Plan {
	return func(c cluster.Captured) (cluster.Edit, error) {
		template := &c.Deployment.Spec.Template
		plan, err := rollout.PlanImages(c.Ref(), template, settings)
		if err != nil {
			return cluster.Edit{}, err
		}
		if len(plan.Changes) == 0 && r.flags.restartUnchanged {
			plan.Template = rollout.PlanRestart(template, r.env.Now())
		}
		return r.edit(plan.Template), nil
	}
}

// edit is a template with the reason of this release.
func (r *release) edit(template corev1.PodTemplateSpec) cluster.Edit {
	return cluster.Edit{Template: template, ChangeCause: r.reason()}
}
