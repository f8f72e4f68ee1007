package faultproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"syscall"
	"time"

	"k8s.io/client-go/rest"
)

// Proxy passes requests on to an API server. It speaks plain HTTP and adds the credentials of the
// configuration that it was started with.
type Proxy struct {
	forward *httputil.ReverseProxy
	address string
	closing context.Context
	close   context.CancelFunc

	mu     sync.Mutex
	server *http.Server // nil while the proxy is down
	seen   []Request
	rules  []*rule
	// news is closed, and made anew, whenever seen or rules change.
	news chan struct{}
}

// Start listens on a free port of loopback.
func Start(config *rest.Config) (*Proxy, error) {
	target, err := url.Parse(config.Host)
	if err != nil {
		return nil, fmt.Errorf("API server %q: %w", config.Host, err)
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	p := &Proxy{news: make(chan struct{})}
	p.closing, p.close = context.WithCancel(context.Background())
	p.forward = &httputil.ReverseProxy{
		Transport:     transport,
		FlushInterval: -1, // a watch event is news at once
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		// A request that the client gave up is nobody's concern.
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:     silent(),
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("fault proxy: %w", err)
	}
	p.address = listener.Addr().String()
	p.serve(listener)
	return p, nil
}

// URL is where clients find the proxy.
func (p *Proxy) URL() string { return "http://" + p.address }

// Close ends the proxy and every connection through it.
func (p *Proxy) Close() error {
	p.close()
	return p.Down()
}

// Down makes the proxy unreachable: connections are refused, and those that exist are cut.
func (p *Proxy) Down() error {
	p.mu.Lock()
	server := p.server
	p.server = nil
	p.mu.Unlock()
	if server == nil {
		return nil
	}
	return server.Close()
}

// Up makes a proxy that is down reachable again, at the same address.
func (p *Proxy) Up() error {
	// While nobody listened, a connection of some other program may have been given the port: it is free
	// again when that ends, of which nobody is told.
	deadline := time.Now().Add(20 * time.Second)
	for {
		listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", p.address)
		if err == nil {
			p.serve(listener)
			return nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) || time.Now().After(deadline) {
			return fmt.Errorf("fault proxy: %w", err)
		}
		<-time.After(50 * time.Millisecond)
	}
}

func (p *Proxy) serve(listener net.Listener) {
	server := &http.Server{Handler: p, ErrorLog: silent()}
	p.mu.Lock()
	p.server = server
	p.mu.Unlock()
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(fmt.Sprintf("fault proxy: %v", err))
		}
	}()
}

// ServeHTTP counts the request, does to it what the first rule that fits says, and passes it on.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request := describe(r)
	fault := p.take(request)
	if fault != nil && !fault(p, w, r) {
		return
	}
	p.forward.ServeHTTP(w, r)
}
