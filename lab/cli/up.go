package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/kubeconfig"
	"github.com/kubectl-app/kubectl-app/lab/leftovers"
	"github.com/kubectl-app/kubectl-app/lab/plan"
	"github.com/kubectl-app/kubectl-app/lab/state"
	"github.com/kubectl-app/kubectl-app/lab/usage"
)

type upFlags struct {
	name, kubeconfig string
	nodes            int
	whileStdin       bool
	without          []string
}

func newUp(env *Env) *cobra.Command {
	var f upFlags
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start a lab and make its context the current one",
		Long: `Start a lab and make its context, app-lab, the current one of your kubeconfig.
The command returns when pods can run. If the lab is running already, the
components that have died are started again.`,
		Example: `  # Start the lab
  kubectl app lab up

  # Start a second lab with 3 nodes, and do not change your kubeconfig
  kubectl app lab up --name team-a --nodes 3 --kubeconfig team-a.yaml`,
		Args: usage.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.nodes < 1 || f.nodes > maxNodes {
				return usage.Errorf("--nodes=%d: want 1 to %d", f.nodes, maxNodes)
			}
			for _, part := range f.without {
				if !slices.Contains(plan.Parts(), part) {
					return usage.Errorf("--without=%s: want %s", part, strings.Join(plan.Parts(), " or "))
				}
			}
			return env.up(cmd.Context(), f)
		},
	}
	addName(cmd, &f.name)
	cmd.Flags().StringVar(&f.kubeconfig, "kubeconfig", "", "file to write the context to (default: the one that kubectl writes to)")
	cmd.Flags().IntVar(&f.nodes, "nodes", 1, "number of simulated nodes")
	cmd.Flags().StringSliceVar(&f.without, "without", nil, "leave out "+strings.Join(plan.Parts(), ", ")+", as a cluster that has none")
	cmd.Flags().BoolVar(&f.whileStdin, "while-stdin", false, "end the lab when standard input closes")
	_ = cmd.Flags().MarkHidden("while-stdin")
	return cmd
}

// maxNodes keeps a typing error from becoming a flood.
const maxNodes = 1000

func (e *Env) up(ctx context.Context, f upFlags) error {
	home, dir, err := e.lab(f.name)
	if err != nil {
		return err
	}
	if dir.Alive() {
		return e.alreadyUp(ctx, dir)
	}
	swept, err := leftovers.Sweep(ctx, home)
	if err != nil {
		return err
	}
	for _, name := range swept {
		fmt.Fprintf(e.Err, "removed the rest of lab %q, which had crashed\n", name)
	}
	// The supervisor runs in another folder.
	file, err := filepath.Abs(kubeconfig.UserFile(f.kubeconfig))
	if err != nil {
		return fmt.Errorf("--kubeconfig %s: %w", f.kubeconfig, err)
	}
	if err := kubeconfig.Check(file); err != nil {
		return err
	}
	began := e.Now()
	fmt.Fprintf(e.Err, "starting lab %q ...\n", dir.Name)
	record, err := e.launch(ctx, home, dir, f, file)
	if errors.Is(err, state.ErrHeld) {
		return e.alreadyUp(ctx, dir)
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("interrupted: lab %q did not start, and nothing of it is left: %w", dir.Name, ctx.Err())
	}
	if err != nil {
		return fmt.Errorf("lab %q did not start, and nothing of it is left: %w", dir.Name, err)
	}
	return e.printUp(dir, record, f.kubeconfig != "", e.Now().Sub(began))
}

// alreadyUp brings a running lab to what up promises: it waits for one that is
// just starting, and starts what has died.
func (e *Env) alreadyUp(ctx context.Context, dir state.Dir) error {
	client, record, err := connect(ctx, dir)
	if err != nil {
		return err
	}
	revived, err := client.Revive(ctx)
	if err != nil {
		return fmt.Errorf("lab %q is running, but: %w\nsee: kubectl app lab status%s", dir.Name, err, nameFlag(dir))
	}
	if len(revived) > 0 {
		fmt.Fprintf(e.Err, "started again, because it had died: %s\n", strings.Join(revived, ", "))
	}
	_, err = fmt.Fprintf(e.Out, "lab %q is already running: context %s in %s\n", dir.Name, record.Context, record.Kubeconfig.File)
	return err
}

func (e *Env) printUp(dir state.Dir, record state.Record, ownFile bool, took time.Duration) error {
	nodes := "1 node"
	if record.Nodes != 1 {
		nodes = fmt.Sprintf("%d nodes", record.Nodes)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "lab %q is up after %.1f s: Kubernetes %s, %s\n", dir.Name, took.Seconds(), record.Version, nodes)
	fmt.Fprintf(&b, "context %s is now current in %s\n\n", record.Context, record.Kubeconfig.File)
	b.WriteString("Try:\n")
	if ownFile {
		fmt.Fprintf(&b, "  export KUBECONFIG=%s\n", record.Kubeconfig.File)
	}
	b.WriteString("  kubectl create deployment web --image=web:1.0 --replicas=3\n")
	b.WriteString("  kubectl app set image deployment/web web=web:2.0-crash\n\n")
	fmt.Fprintf(&b, "Remove it: kubectl app lab down%s\n", nameFlag(dir))
	_, err := fmt.Fprint(e.Out, b.String())
	return err
}
