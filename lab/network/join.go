package network

import (
	"context"
	"io"
	"net"
)

// Join copies between two connections until both have said all, one fails, or ctx ends. It closes both.
func Join(ctx context.Context, a, b net.Conn) {
	closeBoth := func() {
		_ = a.Close()
		_ = b.Close()
	}
	stop := context.AfterFunc(ctx, closeBoth)
	defer stop()
	defer closeBoth()
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{a, b}, {b, a}} {
		go func() {
			defer func() { done <- struct{}{} }()
			if _, err := io.Copy(way[0], way[1]); err != nil {
				closeBoth()
				return
			}
			// One side has said all that it has to say, and may wait for the answer.
			if half, ok := way[0].(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
		}()
	}
	<-done
	<-done
}
