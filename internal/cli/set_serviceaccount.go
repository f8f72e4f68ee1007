package cli

import (
	"strings"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

func newSetServiceAccount(env *Env) *cobra.Command {
	return newSetVerb(env, &cobra.Command{
		Use:     "serviceaccount (-f FILENAME | TYPE/NAME | TYPE NAME | TYPE -l SELECTOR) SERVICE_ACCOUNT",
		Aliases: []string{"sa"},
		Short:   "Update the service account of pods, watch the rollout, and roll back if it fails",
		Long: `Update the service account of a pod template, as kubectl set serviceaccount does. Then watch the rollout. If it
fails, name the cause, roll back, and check that the rollback works.`,
		Example: `  # Run the pods of deployment web as service account shop
  kubectl app set serviceaccount deployment/web shop

  # Check what would happen, and change nothing
  kubectl app set serviceaccount deployment/web shop --dry-run=server --diff`,
	}, "serviceaccount updated", &changeFlags{}, parseSetServiceAccount)
}

// parseSetServiceAccount takes the account from the last argument.
func parseSetServiceAccount(args []string) (setting, error) {
	last := len(args) - 1
	if last < 0 || strings.Contains(args[last], "/") {
		return setting{}, usagef("no service account: give its name as the last argument")
	}
	account, err := objectName(args[last:])
	return setting{resources: args[:last], words: args[last:], plan: func(o cluster.Object) (corev1.PodTemplateSpec, error) {
		return rollout.PlanServiceAccount(o.Template(), account), nil
	}}, err
}
