package component

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-app/kubectl-app/lab/kubelet"
	"github.com/kubectl-app/kubectl-app/lab/network"
	"github.com/kubectl-app/kubectl-app/lab/nodes"
	"github.com/kubectl-app/kubectl-app/lab/plan"
	"github.com/kubectl-app/kubectl-app/lab/ports"
	"github.com/kubectl-app/kubectl-app/lab/storage"
)

type kubeletFlags struct {
	kubeconfig, cert, key, egress, router string
	nodes, port                           int
	balance, storage                      bool
}

func newKubelet() *cobra.Command {
	var f kubeletFlags
	cmd := &cobra.Command{
		Use:           "kubelet",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return runKubelet(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.kubeconfig, "kubeconfig", "", "how to reach the API server")
	cmd.Flags().StringVar(&f.cert, "tls-cert-file", "", "certificate of the kubelet API")
	cmd.Flags().StringVar(&f.key, "tls-private-key-file", "", "key of the certificate")
	cmd.Flags().StringVar(&f.egress, "egress-socket", "", "Unix socket by which the API server reaches the pods")
	cmd.Flags().StringVar(&f.router, "router-address", "", "address of the router for Ingresses")
	cmd.Flags().BoolVar(&f.balance, "load-balancer", false, "give Services of the type LoadBalancer an address")
	cmd.Flags().BoolVar(&f.storage, "storage", false, "make the volumes of the default StorageClass")
	cmd.Flags().IntVar(&f.nodes, "nodes", 1, "number of nodes")
	cmd.Flags().IntVar(&f.port, "port", 0, "port of the kubelet API")
	return cmd
}

// runKubelet keeps the nodes alive and the pods on them simulated.
func runKubelet(ctx context.Context, f kubeletFlags) error {
	config, err := clientcmd.BuildConfigFromFlags("", f.kubeconfig)
	if err != nil {
		return fmt.Errorf("--kubeconfig: %w", err)
	}
	// A lab has hundreds of pods at once, and no other tenant to be fair to.
	config.QPS, config.Burst = 1000, 2000
	config.UserAgent = "kubelet"

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return nodes.Run(ctx, config, nodes.Options{Count: f.nodes, Port: f.port}) })
	group.Go(func() error { return runPods(ctx, config, f) })
	return group.Wait()
}

// runPods simulates the pods, their network and their volumes.
func runPods(ctx context.Context, config *rest.Config, f kubeletFlags) error {
	pods, err := kubelet.New(ctx, config, kubelet.Options{Address: ports.Address(f.port), CertFile: f.cert, KeyFile: f.key})
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	net, err := network.New(client, network.Options{
		DialPod: pods.DialPod, PodCIDR: kubelet.PodCIDR, ServiceCIDR: plan.ServiceCIDR, Router: f.router, LoadBalancer: f.balance,
	})
	if err != nil {
		return err
	}
	egress, err := network.ListenEgress(ctx, f.egress, net.Dial)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return pods.Run(ctx) })
	group.Go(func() error { return egress.Serve(ctx) })
	group.Go(func() error { return net.Run(ctx) })
	if f.storage {
		group.Go(func() error { return storage.Run(ctx, client) })
	}
	return group.Wait()
}
