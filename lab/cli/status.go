package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/control"
	"github.com/kubectl-app/kubectl-app/lab/state"
	"github.com/kubectl-app/kubectl-app/lab/supervisor"
	"github.com/kubectl-app/kubectl-app/lab/usage"
)

func newStatus(env *Env) *cobra.Command {
	var name, output string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the components of a lab, and the log of one that died",
		Long: `Show each component of a lab: its process, its age, its memory, and whether it is
ready. If a component has died, show the end of its log. The exit code is 0 only if
all components are ready.`,
		Example: `  # Show the lab
  kubectl app lab status

  # The same for a script
  kubectl app lab status -o json`,
		Args: usage.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "" && output != "json" {
				return usage.Errorf("-o %s: want json, or nothing for text", output)
			}
			return env.status(cmd.Context(), name, output)
		},
	}
	addName(cmd, &name)
	cmd.Flags().StringVarP(&output, "output", "o", "", "output format: json")
	return cmd
}

func (e *Env) status(ctx context.Context, name, output string) error {
	_, dir, err := e.lab(name)
	if err != nil {
		return err
	}
	status, err := statusOf(ctx, dir)
	if err != nil {
		return err
	}
	if output == "json" {
		err = printJSON(e.Out, status)
	} else {
		err = printStatus(e.Out, status, e.Now())
	}
	if err != nil {
		return err
	}
	return verdict(dir, status)
}

// statusOf asks the supervisor, or tells from the folder how it died.
func statusOf(ctx context.Context, dir state.Dir) (control.Status, error) {
	client, record, err := connect(ctx, dir)
	var status control.Status
	if err == nil {
		status, err = client.Status(ctx)
	}
	if errors.Is(err, errCrashed) || errors.Is(err, control.ErrGone) {
		return crashed(dir, record), nil
	}
	return status, err
}

// crashed is the status of a lab without its supervisor: nothing of it runs.
func crashed(dir state.Dir, record state.Record) control.Status {
	const lines = 10
	return control.Status{
		Name: dir.Name, Context: record.Context, Kubeconfig: record.Kubeconfig.File, Server: record.Server,
		Version: record.Version, Nodes: record.Nodes, Created: record.Created, State: control.Crashed,
		Supervisor: control.Component{
			Name: supervisor.Name, State: control.Dead, PID: record.Supervisor, Since: record.Created,
			Exit: "it was killed, or this machine restarted", Log: dir.Log(supervisor.Name), LogTail: dir.LogTail(supervisor.Name, lines),
		},
	}
}

// verdict is the error, and so the exit code, for a lab that isn't ready.
func verdict(dir state.Dir, status control.Status) error {
	again := "kubectl app lab up" + nameFlag(dir)
	switch status.State {
	case control.Ready:
		return nil
	case control.Starting:
		return fmt.Errorf("lab %q is still starting", dir.Name)
	case control.Crashed:
		return fmt.Errorf("lab %q has crashed, and all of its processes with it; start it anew: %s", dir.Name, again)
	default:
		// A component is to blame.
	}
	if died := status.Died(); len(died) > 0 {
		return fmt.Errorf("%s of lab %q has died (%s); start it again: %s", died[0].Name, dir.Name, died[0].Exit, again)
	}
	for _, c := range status.Components {
		if c.State != control.Ready {
			return fmt.Errorf("%s of lab %q does not answer (%s); if it stays so: kubectl app lab restart %s%s", c.Name, dir.Name, c.Exit, c.Name, nameFlag(dir))
		}
	}
	return fmt.Errorf("lab %q is not ready", dir.Name)
}
