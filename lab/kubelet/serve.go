package kubelet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// serve offers the parts of the kubelet's HTTPS API that the lab's clients use:
// logs, port-forward, resource metrics and health.
func serve(ctx context.Context, o Options, n *node) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", n.serveLogs)
	mux.HandleFunc("/portForward/{namespace}/{pod}", n.servePortForward)
	mux.HandleFunc("/portForward/{namespace}/{pod}/{uid}", n.servePortForward)
	mux.HandleFunc("GET /metrics/resource", n.serveMetrics)
	mux.HandleFunc("GET /metrics/nodes/{node}/metrics/resource", n.serveMetrics)
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		// Logs that are followed end with the kubelet.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Address)
	if err != nil {
		return fmt.Errorf("serve the kubelet API: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.ServeTLS(listener, o.CertFile, o.KeyFile); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the kubelet API: %w", err)
	}
	return nil
}

var (
	errNoPod   = errors.New("no such pod")
	errStopped = errors.New("the kubelet is stopped")
)

// named is the pod of that name, if its kubelet runs.
func (n *node) named(namespace, name string) (*resident, error) {
	p := n.find(func(p *resident) bool { return p.newest.Name == name && p.newest.Namespace == namespace })
	if p == nil {
		return nil, errNoPod
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if n.world.stopped(p.newest.Spec.NodeName) {
		return nil, errStopped
	}
	return p, nil
}

// refusedPod answers a request for a pod that named has not found.
func refusedPod(w http.ResponseWriter, name string, err error) bool {
	if errors.Is(err, errStopped) {
		panic(http.ErrAbortHandler) // nobody answers
	}
	if !errors.Is(err, errNoPod) {
		return false
	}
	http.Error(w, fmt.Sprintf("pod %q does not exist", name), http.StatusNotFound)
	return true
}
