package cli

import (
	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

func newRolloutRestart(env *Env) *cobra.Command {
	var flags changeFlags
	out := newOutput("restarted")
	cmd := &cobra.Command{
		Use:   "restart (TYPE/NAME | TYPE NAME | TYPE [-l SELECTOR]) [options]",
		Short: "Restart the pods of a workload, and watch the rollout",
		Long: `Replace all pods by new ones of the same template, as kubectl rollout restart does, and watch the rollout. A
TYPE without a name means all workloads of that type in the namespace.

A restart that fails is not rolled back: the template before differs only in an annotation, so its new pods would
fail in the same way. --on-failure=rollback helps if pods from before the restart still run.`,
		Example: `  # Restart deployment web, and watch the new pods
  kubectl app rollout restart deployment/web

  # Restart all deployments of the namespace, as one release
  kubectl app rollout restart deployment

  # Restart the workloads with a label, as one release
  kubectl app rollout restart deployment,statefulset,daemonset -l app=shop`,
		RunE: func(cmd *cobra.Command, args []string) error {
			selection := flags.selection(args, "rollout restart")
			selection.AllOfType = true
			if err := selection.Validate(); err != nil {
				return usageError{err}
			}
			r, err := flags.release(cmd, env, out)
			if err != nil {
				return err
			}
			r.command = append([]string{"rollout", "restart"}, flags.typed(args)...)
			return r.run(cmd.Context(), selection, func(c cluster.Captured) (cluster.Edit, error) {
				return cluster.Edit{Template: rollout.PlanRestart(c.Template(), env.Now()), ChangeCause: r.Reason()}, nil
			})
		},
	}
	flags.selectionFlags.add(cmd.Flags())
	flags.releaseFlags.add(cmd.Flags())
	flags.onFailure = release.Keep
	cmd.Flags().Lookup("on-failure").DefValue = string(release.Keep)
	out.add(cmd)
	return cmd
}
