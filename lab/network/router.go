package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

func (n *Network) listenRouter(ctx context.Context) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", n.options.Router)
	if err != nil {
		return nil, fmt.Errorf("router: %w", err)
	}
	return l, nil
}

// serveRouter routes requests by the Ingresses until ctx ends.
func (n *Network) serveRouter(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: n.router(), ReadHeaderTimeout: 30 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("router: %w", err)
	}
	return nil
}

type targetKey struct{}

// router answers as ingress controllers do: 404 without a rule, 503 without a ready endpoint, 502 if that can't be reached.
func (n *Network) router() http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", "backend", r.In.Host
			r.SetXForwarded()
		},
		Transport: &http.Transport{
			DisableKeepAlives: true, // each request may go to another pod
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				to, _ := ctx.Value(targetKey{}).(target)
				return n.dialTarget(ctx, to)
			},
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, "502 Bad Gateway: "+err.Error(), http.StatusBadGateway)
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, found := n.routes.Load().find(r.Host, r.URL.Path)
		if !found {
			http.Error(w, fmt.Sprintf("404 Not Found: no Ingress has a rule for %s%s", r.Host, r.URL.Path), http.StatusNotFound)
			return
		}
		to, problem := n.resolve(b)
		if problem != "" {
			http.Error(w, "503 Service Unavailable: "+problem, http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), targetKey{}, to)))
	})
}

// resolve finds the Service and the port of a backend, and says what is missing.
func (n *Network) resolve(b backend) (_ target, problem string) {
	s, err := n.services.Services(b.namespace).Get(b.service)
	if err != nil {
		return target{}, fmt.Sprintf("no Service %s/%s", b.namespace, b.service)
	}
	port := portOf(s, b.port)
	if port == nil {
		return target{}, fmt.Sprintf("the Service %s/%s has no such port", b.namespace, b.service)
	}
	if len(n.endpoints(s, port.Name)) == 0 {
		return target{}, fmt.Sprintf("the Service %s/%s has no ready endpoint", b.namespace, b.service)
	}
	return target{b.namespace, b.service, port.Name}, ""
}

func portOf(s *corev1.Service, want networkingv1.ServiceBackendPort) *corev1.ServicePort {
	for i, p := range s.Spec.Ports {
		if want.Name != "" && p.Name == want.Name || want.Name == "" && p.Port == want.Number {
			return &s.Spec.Ports[i]
		}
	}
	return nil
}
