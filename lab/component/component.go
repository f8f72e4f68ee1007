// Package component runs one component of a lab in this process. It is the only
// package that links the Kubernetes components, etcd and kwok.
package component

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	metricsserver "sigs.k8s.io/metrics-server/cmd/metrics-server/app"

	"github.com/kubectl-app/kubectl-app/lab/plan"
	"github.com/kubectl-app/kubectl-app/lab/trim"
)

// theirs are the flags that the components' libraries put into pflag.CommandLine, from
// where cobra gives them to every command of the program.
var theirs = pflag.CommandLine

// KeepFlags leaves those flags to the components. It is called before a command is made.
func KeepFlags() { pflag.CommandLine = pflag.NewFlagSet(os.Args[0], pflag.ContinueOnError) }

// settled are the times by which a component's own start, which also touches
// much once, is over: on a fast machine, and on a slow one.
func settled() []time.Duration { return []time.Duration{2 * time.Second, 10 * time.Second} }

// Run runs the component called name until the context ends or, should the
// supervisor vanish, until its end of the lifeline closes.
func Run(ctx context.Context, name string, args []string, lifeline io.Reader) error {
	pflag.CommandLine = theirs
	command, err := newCommand(ctx, name)
	if err != nil {
		return err
	}
	trim.Pages()
	for _, after := range settled() {
		time.AfterFunc(after, trim.Pages)
	}
	go dieWith(lifeline)
	command.SetArgs(args)
	if err := command.ExecuteContext(ctx); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func newCommand(ctx context.Context, name string) (*cobra.Command, error) {
	switch name {
	case plan.Etcd:
		return newEtcd(), nil
	case plan.APIServer:
		return apiserver.NewAPIServerCommand(), nil
	case plan.ControllerManager:
		return controllermanager.NewControllerManagerCommand(), nil
	case plan.Scheduler:
		return scheduler.NewSchedulerCommand(), nil
	case plan.MetricsServer:
		return metricsserver.NewMetricsServerCommand(ctx.Done()), nil
	case plan.Kubelet:
		return newKubelet(), nil
	}
	return nil, fmt.Errorf("no component %q", name)
}

// dieWith ends this process, with no farewell, when the lifeline closes: that is
// what a component's machine going away looks like, and no component that hangs
// can outlive its lab.
func dieWith(lifeline io.Reader) {
	_, _ = io.Copy(io.Discard, lifeline)
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
}
