package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/control"
	"github.com/kubectl-app/kubectl-app/lab/leftovers"
	"github.com/kubectl-app/kubectl-app/lab/state"
	"github.com/kubectl-app/kubectl-app/lab/usage"
)

// downPatience is how long a supervisor may take to end: it takes well under a
// second.
const downPatience = 20 * time.Second

func newDown(env *Env) *cobra.Command {
	var name string
	var all bool
	cmd := &cobra.Command{
		Use:   "down",
		Short: "Remove a lab: its processes, its data and its kubeconfig entries",
		Example: `  # Remove the lab
  kubectl app lab down

  # Remove all labs
  kubectl app lab down --all`,
		Args: usage.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all && cmd.Flags().Changed("name") {
				return usage.Errorf("--all and --name can't be used together")
			}
			return env.down(cmd.Context(), name, all)
		},
	}
	addName(cmd, &name)
	cmd.Flags().BoolVar(&all, "all", false, "remove all labs")
	return cmd
}

func (e *Env) down(ctx context.Context, name string, all bool) error {
	home, dir, err := e.lab(name)
	if err != nil {
		return err
	}
	labs := []state.Dir{dir}
	if all {
		if labs, err = home.Labs(); err != nil {
			return err
		}
		if len(labs) == 0 {
			_, err = fmt.Fprintln(e.Out, "no lab to remove")
			return err
		}
	}
	var failed error
	for _, dir := range labs {
		failed = errors.Join(failed, e.downOne(ctx, dir))
	}
	return failed
}

func (e *Env) downOne(ctx context.Context, dir state.Dir) error {
	ctx, cancel := context.WithTimeout(ctx, downPatience)
	defer cancel()
	done := "lab %q is removed\n"
	switch exists, err := dir.Exists(); {
	case err != nil:
		return err
	case !exists:
		done = "lab %q is not running: nothing to remove\n"
	case dir.Alive():
		if err := end(ctx, dir); err != nil {
			return err
		}
	default:
		lock, err := dir.Acquire(ctx)
		if err != nil {
			return err
		}
		if err := leftovers.Remove(ctx, dir, lock); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(e.Out, done, dir.Name)
	return err
}

// end asks the supervisor to take the lab down, and makes sure that it has.
func end(ctx context.Context, dir state.Dir) error {
	client, record, err := connect(ctx, dir)
	if err != nil {
		return err
	}
	err = client.Down(ctx)
	if err == nil || errors.Is(err, control.ErrGone) {
		// Should the supervisor have died, or been unable to remove something,
		// its lock is free: what is left can be removed from here.
		lock, err := dir.Acquire(ctx)
		if err != nil {
			return fmt.Errorf("%w; its process is %d", err, record.Supervisor)
		}
		return leftovers.Remove(ctx, dir, lock)
	}
	return fmt.Errorf("lab %q does not end: %w; its supervisor is process %d", dir.Name, err, record.Supervisor)
}
