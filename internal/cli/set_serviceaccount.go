package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

type setServiceAccountFlags struct{ changeFlags }

func newSetServiceAccount(env *Env) *cobra.Command {
	var flags setServiceAccountFlags
	out := newOutput("serviceaccount updated")
	cmd := &cobra.Command{
		Use:     "serviceaccount (-f FILENAME | TYPE/NAME | TYPE NAME | TYPE -l SELECTOR) SERVICE_ACCOUNT",
		Aliases: []string{"sa"},
		Short:   "Update the service account of pods, watch the rollout, and roll back if it fails",
		Long: `Update the service account of a pod template, as kubectl set serviceaccount does. Then watch the rollout. If it
fails, name the cause, roll back, and check that the rollback works.`,
		Example: `  # Run the pods of deployment web as service account shop
  kubectl app set serviceaccount deployment/web shop

  # Check what would happen, and change nothing
  kubectl app set serviceaccount deployment/web shop --dry-run=server --diff`,
		RunE: func(cmd *cobra.Command, args []string) error {
			selection, account, err := flags.options(args)
			if err != nil {
				return err
			}
			r, err := flags.release(cmd, env, out)
			if err != nil {
				return err
			}
			r.unchangedHint = restartHint
			r.command = append([]string{"set", "serviceaccount"}, flags.typed(args)...)
			return r.run(cmd.Context(), selection, func(c cluster.Captured) (cluster.Edit, error) {
				template := rollout.PlanServiceAccount(c.Template(), account)
				return r.editOrRestart(template, c.Template().Spec.ServiceAccountName == account), nil
			})
		},
	}
	flags.add(cmd, "set serviceaccount")
	out.add(cmd)
	return cmd
}

// options takes the account from the last argument.
func (f *setServiceAccountFlags) options(args []string) (cluster.Selection, string, error) {
	if len(args) == 0 || strings.Contains(args[len(args)-1], "/") {
		return cluster.Selection{}, "", usagef("no service account: give its name as the last argument")
	}
	resources := args[:len(args)-1]
	account, err := objectName(args[len(args)-1:])
	if err != nil {
		return cluster.Selection{}, "", err
	}
	selection := f.selection(resources, "set serviceaccount", account)
	if err := selection.Validate(); err != nil {
		return selection, account, usageError{err}
	}
	return selection, account, nil
}
