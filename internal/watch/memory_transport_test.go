package watch

import (
	"context"
	"io"
	"net/http"
	"sync"
	"syscall"
)

// inMemory carries requests to a handler without a network, so that whole watches run in a synctest
// bubble, where time is the test's. Bodies stream, and contexts end both sides, as over TCP.
type inMemory struct{ server *apiServer }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.server.isDown() {
		return nil, syscall.ECONNREFUSED
	}
	ctx, cancel := context.WithCancel(r.Context())
	out, in := io.Pipe()
	w := &pipedResponse{header: http.Header{}, started: make(chan struct{}), body: in}
	context.AfterFunc(ctx, func() { in.CloseWithError(io.ErrUnexpectedEOF) })
	go func() {
		defer cancel()
		m.server.ServeHTTP(w, r.WithContext(ctx))
		w.WriteHeader(http.StatusOK)
		in.Close()
	}()
	select {
	case <-w.started:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return &http.Response{
		StatusCode: w.status, Header: w.header, Request: r, ContentLength: -1,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: pipedBody{out, cancel},
	}, nil
}

type pipedResponse struct {
	header  http.Header
	status  int
	once    sync.Once
	started chan struct{}
	body    *io.PipeWriter
}

func (w *pipedResponse) Header() http.Header { return w.header }

func (w *pipedResponse) WriteHeader(status int) {
	w.once.Do(func() {
		w.status = status
		close(w.started)
	})
}

func (w *pipedResponse) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

func (w *pipedResponse) Flush() {}

type pipedBody struct {
	*io.PipeReader
	cancel context.CancelFunc
}

func (b pipedBody) Close() error {
	b.cancel()
	return b.PipeReader.Close()
}
