package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"k8s.io/klog/v2"
)

// Egress is the proxy of the API server's egress selector. It listens on a Unix socket: CONNECT HOST:PORT.
type Egress struct {
	listener net.Listener
	dial     func(ctx context.Context, address string) (net.Conn, error)
}

// ListenEgress listens on the socket, which a killed process may have left.
func ListenEgress(ctx context.Context, socket string, dial func(context.Context, string) (net.Conn, error)) (*Egress, error) {
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("egress: %w", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", socket)
	if err != nil {
		return nil, fmt.Errorf("egress: %w", err)
	}
	return &Egress{listener: listener, dial: dial}, nil
}

// Serve answers until ctx ends.
func (e *Egress) Serve(ctx context.Context) error {
	server := &http.Server{
		Handler: e, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(e.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("egress: %w", err)
	}
	return nil
}

// ServeHTTP implements http.Handler. The reason of a refusal is in the status line: the API server shows nothing else.
func (e *Egress) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "want CONNECT", http.StatusMethodNotAllowed)
		return
	}
	there, dialErr := e.dial(r.Context(), r.RequestURI)
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		klog.ErrorS(err, "Hijacking a connection of the API server")
		if there != nil {
			_ = there.Close()
		}
		return
	}
	if dialErr != nil {
		fmt.Fprintf(here, "HTTP/1.1 502 %v\r\n\r\n", dialErr)
		_ = here.Close()
		return
	}
	if _, err := fmt.Fprint(here, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		klog.ErrorS(err, "Answering the API server")
	}
	Join(r.Context(), here, there)
}
