package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

const statusExample = `  # Who uses secret db, key by key, and who still runs with what it was before?
  kubectl app status secret/db

  # Several at once: the namespace is read once
  kubectl app status secret/db configmap/settings

  # In a script: the workloads that need new pods
  kubectl app status secret/db -o json`

type statusFlags struct{ format string }

func newStatus(env *Env) *cobra.Command {
	var flags statusFlags
	cmd := &cobra.Command{
		Use:   "status (TYPE/NAME ... | TYPE NAME ...) [options]",
		Short: "Say who uses a Secret or ConfigMap, key by key, and who is older than its last change",
		Long: `Find the consumers of Secrets and ConfigMaps: variables, volumes, pull secrets, certificates of Ingresses,
ServiceAccounts, in workloads of every kind; and tell which running pods hold what was there before the
last change. Values are never shown: names of keys and sizes only.

It changes nothing. That something is stale is an answer and no failure: the exit code is 0.`,
		Example: statusExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.validate(args); err != nil {
				return err
			}
			return flags.run(cmd.Context(), env, cluster.Selection{Args: args, Verb: "status"})
		},
	}
	cmd.Flags().StringVarP(&flags.format, "output", "o", "", "Output format. One of: (json, yaml, result); result is json.")
	return cmd
}

func (f *statusFlags) validate(args []string) error {
	if err := checkConfigArgs(args, "secret/NAME"); err != nil {
		return err
	}
	return oneOf("output", f.format, "", "json", "yaml", outputResult)
}

func (f *statusFlags) run(ctx context.Context, env *Env, selection cluster.Selection) error {
	c := cluster.New(env.Flags, version)
	refs, err := c.ConfigRefs(selection)
	if err != nil {
		return resolveError(err)
	}
	objects, notSeen, err := c.Consumers(ctx, refs)
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
