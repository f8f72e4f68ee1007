// Package cli is the command line of `kubectl app lab`.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/lab/state"
	"github.com/kubectl-app/kubectl-app/lab/usage"
	"github.com/kubectl-app/kubectl-app/lab/workshop/command"
)

// Env is what the commands touch of the world.
type Env struct {
	In       io.Reader
	Out, Err io.Writer
	Now      func() time.Time
	Home     func() (state.Home, error)
	// Executable is this program, which runs again as supervisor and components.
	Executable func() (string, error)
	// Component runs one component in this process.
	Component func(ctx context.Context, name string, args []string, lifeline io.Reader) error
}

// System is the world as it is. What runs a component is passed in, since it
// links all of Kubernetes, and the tests of the commands need none of it.
func System(component func(context.Context, string, []string, io.Reader) error) *Env {
	return &Env{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Now: time.Now, Executable: os.Executable, Component: component,
		Home: func() (state.Home, error) { return state.FindHome(os.Getenv, os.UserCacheDir) },
	}
}

// workshop is the world of the workshop's commands.
func (e *Env) workshop() command.Env {
	return command.Env{Now: e.Now, Term: func() *term.Terminal { return term.New(e.In, e.Out, e.Err, os.Getenv) }}
}

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, args []string, env *Env) int {
	root := newRoot(env) //nolint:contextcheck // the commands get theirs from cobra
	root.SetArgs(args)
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	err := root.ExecuteContext(ctx)
	var silent command.SilentError
	if err != nil && !errors.As(err, &silent) {
		fmt.Fprintf(env.Err, "error: %v\n", err)
	}
	return exitCode(ctx, err)
}

func newRoot(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "kubectl-app-lab",
		Short: "Run a Kubernetes cluster on this machine, to try things out",
		Long: `Run a Kubernetes cluster on this machine. It starts in seconds, and has the real
etcd, kube-apiserver, kube-controller-manager, kube-scheduler and metrics-server.
Nodes and pods are simulated. It needs no Docker and no root, and listens only on
loopback.

The tag of an image decides what its pods do: web:1.0 runs, web:2.0-crash crashes.`,
		Example: `  # Start the lab, use it, and remove it
  kubectl app lab up
  kubectl create deployment web --image=web:1.0 --replicas=3
  kubectl app set image deployment/web web=web:2.0-crash
  kubectl app lab down`,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl app lab"},
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          rejectUnknown,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SuggestionsMinimumDistance = 2
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage.Error{Err: err} })
	root.AddCommand(
		newUp(env), newDown(env), newStatus(env), newList(env), newRestart(env), command.New(env.workshop()),
		newSupervise(env), newComponent(env),
	)
	return root
}

// rejectUnknown names the commands there are.
func rejectUnknown(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	message := fmt.Sprintf("unknown command %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usage.Errorf("%s; did you mean %q?", message, near[0])
	}
	return usage.Errorf("%s; see: kubectl app lab --help", message)
}
