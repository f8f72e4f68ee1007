package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/plan"
	"github.com/kubectl-app/kubectl-app/lab/usage"
)

func newRestart(env *Env) *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "restart COMPONENT",
		Short: "Stop one component of a lab, and start it again",
		Long:  "Stop one component and start it again. It keeps its port and its data.\n\nThe components: " + strings.Join(plan.Names(), ", ") + ".",
		Example: `  # See what a release does when the API server goes away for a moment
  kubectl app lab restart kube-apiserver`,
		ValidArgs: plan.Names(),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage.Errorf("want one COMPONENT of: %s", strings.Join(plan.Names(), ", "))
			}
			if _, err := (plan.Lab{}).Component(args[0]); err != nil {
				return usage.Errorf("%w; the components are: %s", err, strings.Join(plan.Names(), ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return env.restart(cmd.Context(), name, args[0]) },
	}
	addName(cmd, &name)
	return cmd
}

func (e *Env) restart(ctx context.Context, name, component string) error {
	_, dir, err := e.lab(name)
	if err != nil {
		return err
	}
	client, _, err := connect(ctx, dir)
	if errors.Is(err, errCrashed) {
		return fmt.Errorf("lab %q: %w; see: kubectl app lab status%s", dir.Name, err, nameFlag(dir))
	}
	if err != nil {
		return err
	}
	began := e.Now()
	if err := client.Restart(ctx, component); err != nil {
		return fmt.Errorf("restarting %s of lab %q: %w", component, dir.Name, err)
	}
	_, err = fmt.Fprintf(e.Out, "%s of lab %q is ready again after %.1f s\n", component, dir.Name, e.Now().Sub(began).Seconds())
	return err
}
