package kubelet

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

// programs are the HTTP servers of all pods. They listen to nothing outside of this process: each connection is a pipe
// that connect makes.
type programs struct {
	server  *http.Server
	waiting chan net.Conn
	done    chan struct{}
	close   func()
}

// connection is the server's end of a pipe, with who serves.
type connection struct {
	net.Conn
	pod             *resident
	namespace, name string
	port            int
	listener        lifecycle.Listener
}

type connectionKey struct{}

func newPrograms() *programs {
	p := &programs{waiting: make(chan net.Conn), done: make(chan struct{})}
	p.close = sync.OnceFunc(func() { close(p.done) })
	p.server = &http.Server{
		Handler: http.HandlerFunc(respond), ReadHeaderTimeout: 30 * time.Second,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connectionKey{}, c)
		},
	}
	// A program that has ended must not answer on an old connection.
	p.server.SetKeepAlivesEnabled(false)
	return p
}

// serve answers until ctx ends.
func (p *programs) serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = p.server.Close() })
	defer stop()
	defer p.close()
	if err := p.server.Serve(p); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// connect gives the client's end of a new connection.
func (p *programs) connect(c *connection) (net.Conn, error) {
	client, server := net.Pipe()
	c.Conn = server
	select {
	case p.waiting <- c:
		return client, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Accept implements net.Listener.
func (p *programs) Accept() (net.Conn, error) {
	select {
	case c := <-p.waiting:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *programs) Close() error {
	p.close()
	return nil
}

// Addr implements net.Listener.
func (p *programs) Addr() net.Addr { return &net.UnixAddr{Net: "pipe"} }

// reply is what a program says to each request.
type reply struct {
	Pod       string `json:"pod"`
	Namespace string `json:"namespace"`
	Image     string `json:"image"`
	Port      int    `json:"port"`
	Method    string `json:"method"`
	Host      string `json:"host"`
	Path      string `json:"path"`
	Status    int    `json:"status"`
}

// respond is the program of every container.
func respond(w http.ResponseWriter, r *http.Request) {
	c, _ := r.Context().Value(connectionKey{}).(*connection)
	_, delay, _ := c.pod.answer(c.listener, r.URL.Path)
	select {
	case <-time.After(delay):
	case <-r.Context().Done():
	}
	status, _, running := c.pod.answer(c.listener, r.URL.Path)
	if !running {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(reply{ // a client that has gone needs no answer
		Pod: c.name, Namespace: c.namespace, Image: c.listener.Image, Port: c.port,
		Method: r.Method, Host: r.Host, Path: r.URL.RequestURI(), Status: status,
	})
}
