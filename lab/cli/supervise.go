package cli

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/state"
	"github.com/kubectl-app/kubectl-app/lab/supervisor"
	"github.com/kubectl-app/kubectl-app/lab/trim"
	"github.com/kubectl-app/kubectl-app/lab/usage"
)

type superviseFlags struct {
	home, name, kubeconfig string
	nodes                  int
	whileStdin             bool
	without                []string
}

// newSupervise is the process that up leaves in the background.
func newSupervise(env *Env) *cobra.Command {
	var f superviseFlags
	cmd := &cobra.Command{
		Use:    "supervise",
		Hidden: true,
		Args:   usage.NoArgs,
		RunE:   func(cmd *cobra.Command, _ []string) error { return env.supervise(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.home, "home", "", "folder of all labs")
	cmd.Flags().StringVar(&f.name, "name", "", "name of the lab")
	cmd.Flags().StringVar(&f.kubeconfig, "kubeconfig", "", "file to write the context to")
	cmd.Flags().IntVar(&f.nodes, "nodes", 1, "number of simulated nodes")
	cmd.Flags().StringSliceVar(&f.without, "without", nil, "parts that the lab does not have")
	cmd.Flags().BoolVar(&f.whileStdin, "while-stdin", false, "end the lab when standard input closes")
	return cmd
}

func (e *Env) supervise(ctx context.Context, f superviseFlags) error {
	dir, err := state.Home(f.home).Lab(f.name)
	if err != nil {
		return usage.Error{Err: err}
	}
	executable, err := e.Executable()
	if err != nil {
		return err
	}
	options := supervisor.Options{Dir: dir, Kubeconfig: f.kubeconfig, Nodes: f.nodes, Without: f.without, Executable: executable}
	if f.whileStdin {
		options.Lease = e.In
	}
	// An up that was killed can't be told: the lab runs on, for status and down.
	say := func(r report) { _ = json.NewEncoder(e.Out).Encode(r) }
	ready := false
	err = supervisor.Run(ctx, options, func(record state.Record) {
		ready = true
		trim.Pages()
		say(report{Ready: &record})
	})
	if !ready {
		switch {
		case errors.Is(err, state.ErrHeld):
			say(report{Held: true})
		case err != nil:
			say(report{Error: err.Error()})
		default:
			say(report{Error: "it was told to end"})
		}
	}
	return err
}

// newComponent is the process of one component.
func newComponent(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:                "component NAME [FLAGS]",
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage.Errorf("component: want a NAME")
			}
			return env.Component(cmd.Context(), args[0], args[1:], env.In)
		},
	}
}
