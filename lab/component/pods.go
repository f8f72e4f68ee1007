package component

import (
	"context"
	"fmt"
	"net/http"

	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/lab/ports"
)

// runPods is a stub until the simulator is there.
func runPods(ctx context.Context, _ *rest.Config, f kubeletFlags) error {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	server := &http.Server{Addr: ports.Address(f.port), Handler: mux}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return server.ListenAndServeTLS(f.cert, f.key)
}
