package kubelet

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

// Options are what a Kubelet needs beside the API server.
type Options struct {
	// Address is where the kubelet API of all nodes listens, as 127.0.0.1:10250.
	Address string
	// CertFile and KeyFile are its certificate, in PEM.
	CertFile, KeyFile string
	// NodeIP is the InternalIP of all nodes; 127.0.0.1 if empty.
	NodeIP string
}

// workers is how many pods are worked on at once. The work is waiting for the
// API server; a connection takes 100 requests at a time.
const workers = 64

// Kubelet plays the kubelet for all pods that are bound to a node.
type Kubelet struct {
	options Options
	node    *node
}

// New reads what pods refer to. An API server that goes away later is waited for.
func New(ctx context.Context, config *rest.Config, o Options) (*Kubelet, error) {
	config = rest.CopyConfig(config)
	config.UserAgent = lifecycle.Component
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	// No limit: what can be told to the API server is told at once.
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("kubelet: %w", err)
	}
	if o.NodeIP == "" {
		o.NodeIP = "127.0.0.1"
	}
	w, err := newWorld(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("kubelet: %w", err)
	}
	return &Kubelet{options: o, node: newNode(client, w, newRecorder(client), o.NodeIP)}, nil
}

// Run works until ctx ends. It returns an error only if the kubelet API can't be served.
func (k *Kubelet) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	n := k.node
	for _, s := range n.recorder.shards {
		group.Go(func() error { return n.recorder.run(ctx, s) })
	}
	group.Go(func() error { return n.watch(ctx) })
	for range workers {
		group.Go(func() error { return n.work(ctx) })
	}
	group.Go(func() error { return n.programs.serve(ctx) })
	group.Go(func() error { return serve(ctx, k.options, n) })
	if err := group.Wait(); err != nil {
		return fmt.Errorf("kubelet: %w", err)
	}
	return nil
}

// DialPod connects to a port of a pod, as a neighbour of the pod does.
func (k *Kubelet) DialPod(ip netip.Addr, port int) (net.Conn, error) { return k.node.dial(ip, port) }

// spread lengthens a wait by up to a half, at random.
func spread(_ time.Time, wait time.Duration) time.Duration {
	return wait + time.Duration(rand.Float64()*0.5*float64(wait))
}
