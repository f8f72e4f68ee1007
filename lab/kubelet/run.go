package kubelet

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

// Options are what Run needs beside the API server.
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

// Run plays the kubelet for all pods that are bound to a node, until ctx ends.
// It returns an error only if it can't begin or its API can't be served: an API
// server that goes away is waited for.
func Run(ctx context.Context, config *rest.Config, o Options) error {
	config = rest.CopyConfig(config)
	config.UserAgent = lifecycle.Component
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	// No limit: what can be told to the API server is told at once.
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("kubelet: %w", err)
	}
	if o.NodeIP == "" {
		o.NodeIP = "127.0.0.1"
	}

	group, ctx := errgroup.WithContext(ctx)
	w, err := newWorld(ctx, client)
	if err != nil {
		return fmt.Errorf("kubelet: %w", err)
	}
	r := newRecorder(client)
	for _, s := range r.shards {
		group.Go(func() error { return r.run(ctx, s) })
	}
	n := newNode(client, w, r, o.NodeIP)
	group.Go(func() error { return n.watch(ctx) })
	for range workers {
		group.Go(func() error { return n.work(ctx) })
	}
	group.Go(func() error { return serve(ctx, o, n) })
	if err := group.Wait(); err != nil {
		return fmt.Errorf("kubelet: %w", err)
	}
	return nil
}

// spread lengthens a wait by up to a half, at random.
func spread(_ time.Time, wait time.Duration) time.Duration {
	return wait + time.Duration(rand.Float64()*0.5*float64(wait))
}
