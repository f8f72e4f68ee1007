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

  # The next run of a cronjob uses the new image
  kubectl app set image cronjob/nightly nightly=job:2.0

  # Check what would happen, validated by the server, and change nothing
  kubectl app set image deployment/web web=web:2.0 --dry-run=server --diff

  # In a script: one JSON object on stdout, the exit code says how it ended
  kubectl app set image deployment/web web=web:2.0 -o result`

func newSetImage(env *Env) *cobra.Command {
	return newSetVerb(env, &cobra.Command{
		Use:   "image (-f FILENAME | TYPE/NAME | TYPE NAME | TYPE -l SELECTOR) CONTAINER=IMAGE ...",
		Short: "Update the image of containers, watch the rollout, and roll back if it fails",
		Long: `Update the image of containers, as kubectl set image does. Then watch the rollout. If it fails, name the
cause, roll back, and check that the rollback works.

The change is checked first. Several workloads are one release: if one fails, all are rolled back.

CronJobs, ReplicaSets and ReplicationControllers have no rollout: they are written, and a note says what the change
does. A pod is watched until its container runs the new image.`,
		Example: setImageExample,
	}, "image updated", &changeFlags{}, parseSetImage)
}

func parseSetImage(args []string) (setting, error) {
	resources, images, err := rollout.ParseImageArgs(args)
	return setting{resources: resources, words: args[len(resources):], plan: func(o cluster.Object) (corev1.PodTemplateSpec, error) {
		plan, err := rollout.PlanImages(o.Ref(), o.Template(), images)
		return plan.Template, err
	}}, err
}
