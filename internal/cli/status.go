package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

const statusExample = `  # What uses secret db, key by key, and which pods still run with old values?
  kubectl app status secret/db

  # Several objects at once; the namespace is read only once
  kubectl app status secret/db configmap/settings

  # In a script: find the workloads that need a restart
  kubectl app status secret/db -o json`

type statusFlags struct{ format string }

func newStatus(env *Env) *cobra.Command {
	var flags statusFlags
	cmd := &cobra.Command{
		Use:   "status (TYPE/NAME ... | TYPE NAME ...) [options]",
		Short: "Show which workloads use a Secret or ConfigMap, and which pods run with old values",
		Long: `Show what uses a Secret or ConfigMap, key by key: environment variables, volumes, image pull secrets, TLS of
Ingresses, ServiceAccounts. Also show which running pods still have the values from before the last change.
Values are never shown.

Nothing is changed. The exit code is 0 also when pods run with old values.`,
		Example: statusExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := env.checkConfigArgs(args, "secret/NAME"); err != nil {
				return err
			}
			if err := flags.validate(); err != nil {
				return err
			}
			return flags.run(cmd.Context(), env, cluster.Selection{Args: args, Verb: "status"})
		},
	}
	cmd.Flags().StringVarP(&flags.format, "output", "o", "", "Output format. One of: (json, yaml, result); result is json.")
	return cmd
}

func (f *statusFlags) validate() error {
	return oneOf("output", f.format, "", "json", "yaml", outputResult)
}

func (f *statusFlags) run(ctx context.Context, env *Env, selection cluster.Selection) error {
	c := env.cluster()
	refs, err := c.ConfigRefs(selection)
	if err != nil {
		return resolveError(err)
	}
	objects, notSeen, err := config.New(c).Consumers(ctx, refs)
	if err != nil {
		return err
	}
	report := secrets.NewConsumerReport(rollout.APIVersion, objects, notSeen)
	report.Next = env.here(report.Next)
	switch f.format {
	case "json", outputResult:
		return encode(env, "json", "consumers", report)
	case "yaml":
		return encode(env, "yaml", "consumers", report)
	}
	if err := view.Consumers(env.Term.Out, report, env.Now()); err != nil {
		return fmt.Errorf("writing the consumers: %w", err)
	}
	return warnNotSeen(env, notSeen)
}

// warnNotSeen tells what the answer lacks.
func warnNotSeen(env *Env, notSeen []secrets.NotSeen) error {
	for _, n := range notSeen {
		if err := view.Warning(env.Term, fmt.Sprintf("no permission to read %s: %s", n.Resource, n.Without)); err != nil {
			return err
		}
	}
	return nil
}
