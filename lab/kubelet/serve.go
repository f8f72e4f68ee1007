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
// logs, resource metrics and health.
func serve(ctx context.Context, o Options, n *node) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", n.serveLogs)
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
