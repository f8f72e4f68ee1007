package network

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// connect asks an egress proxy for a connection, as the API server does.
func connect(t *testing.T, socket, address string) (conn net.Conn, status string) {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", address)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return conn, response.Status
}

func TestEgress(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	pod, program := net.Pipe()
	dial := func(_ context.Context, address string) (net.Conn, error) {
		if address == "10.88.0.1:8080" {
			return pod, nil
		}
		return nil, errors.New("dial tcp " + address + ": connect: connection refused")
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	for range 2 { // the second finds the first one's socket
		e, err := ListenEgress(ctx, socket, dial)
		if err != nil {
			t.Fatal(err)
		}
		go func() { done <- e.Serve(ctx) }()
	}
	if _, status := connect(t, socket, "10.88.0.1:80"); status != "502 dial tcp 10.88.0.1:80: connect: connection refused" {
		t.Error(status)
	}
	conn, status := connect(t, socket, "10.88.0.1:8080")
	if !strings.HasPrefix(status, "200") {
		t.Fatal(status)
	}
	go func() {
		line, _ := bufio.NewReader(program).ReadString('\n')
		_, _ = io.WriteString(program, "you said "+line)
		_ = program.Close()
	}()
	if _, err := io.WriteString(conn, "hello\n"); err != nil {
		t.Fatal(err)
	}
	if said, err := io.ReadAll(conn); err != nil || string(said) != "you said hello\n" {
		t.Errorf("%q, %v", said, err)
	}
	stop()
	for range 2 {
		if err := <-done; err != nil && !strings.Contains(err.Error(), "use of closed") {
			t.Error(err)
		}
	}
}
