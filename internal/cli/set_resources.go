package cli

import (
	"path"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

type setResourcesFlags struct {
	changeFlags
	limits, requests string
	containers       string
}

func newSetResources(env *Env) *cobra.Command {
	var flags setResourcesFlags
	cmd := &cobra.Command{
		Use:   "resources (-f FILENAME | TYPE/NAME | TYPE NAME | TYPE -l SELECTOR) [--limits=LIMITS] [--requests=REQUESTS]",
		Short: "Update the requests and limits of containers, watch the rollout, and roll back if it fails",
		Long: `Update the requests and limits of containers, as kubectl set resources does. Then watch the rollout. If it fails,
name the cause, roll back, and check that the rollback works.

Resources that are not named stay as they are. If only the limit of a resource is set, its request is the limit.`,
		Example: `  # Limit and request memory and processor time in all containers of deployment web
  kubectl app set resources deployment/web --limits=cpu=500m,memory=256Mi --requests=cpu=100m,memory=128Mi

  # Only in one container, and check first what would happen
  kubectl app set resources deployment/web -c web --limits=memory=512Mi --dry-run=server --diff`,
	}
	cmd.Flags().StringVar(&flags.limits, "limits", "", "The resource requirement limits for this container.  For example, 'cpu=100m,memory=256Mi'.  Note that server side components may assign limits depending on the server configuration, such as limit ranges.")
	cmd.Flags().StringVar(&flags.requests, "requests", "", "The resource requirement requests for this container.  For example, 'cpu=100m,memory=256Mi'.  Note that server side components may assign requests depending on the server configuration, such as limit ranges.")
	cmd.Flags().StringVarP(&flags.containers, "containers", "c", rollout.AllContainers, "The names of containers in the selected pod templates to change, all containers are selected by default - may use wildcards")
	return newSetVerb(env, cmd, "resource requirements updated", &flags.changeFlags, flags.parse)
}

func (f *setResourcesFlags) parse(args []string) (setting, error) {
	settings, err := rollout.ParseResources(f.limits, f.requests)
	if _, bad := path.Match(f.containers, ""); err == nil && (bad != nil || f.containers == "") {
		err = usagef("--containers=%s is not a pattern: it takes a name, with * for any letters", redact.Argument(f.containers))
	}
	settings.Containers = f.containers
	return setting{resources: args, own: f.typedOwn(), plan: func(o cluster.Object) (corev1.PodTemplateSpec, error) {
		return rollout.PlanResources(o.Ref(), o.Template(), settings)
	}}, err
}

// typedOwn are this verb's own flags as they could be typed again.
func (f *setResourcesFlags) typedOwn() []string {
	var words []string
	if f.containers != rollout.AllContainers {
		words = append(words, "--containers="+shellWord(f.containers))
	}
	if f.limits != "" {
		words = append(words, "--limits="+shellWord(f.limits))
	}
	if f.requests != "" {
		words = append(words, "--requests="+shellWord(f.requests))
	}
	return words
}
