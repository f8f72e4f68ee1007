// Command kubectl-app-lab is `kubectl app lab`: a Kubernetes cluster of real
// control-plane components and simulated pods, in processes of this machine.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/kubectl-app/kubectl-app/lab/cli"
	"github.com/kubectl-app/kubectl-app/lab/component"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	component.KeepFlags()
	return cli.Main(ctx, os.Args[1:], cli.System(component.Run))
}
