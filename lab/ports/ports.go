// Package ports picks free ports on the loopback address.
package ports

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// The range lies below those from which Linux, macOS and Windows take the ports
// of outgoing connections. A client that redials a restarting server would
// otherwise sooner or later be given the server's own port and connect to
// itself, and the server could never bind it again. The node ports of Services begin at 30000.
const (
	first = 20000
	last  = 30000
)

// attempts is far more than a machine with any free port at all needs.
const attempts = 200

// Pick returns n different ports that are free at this moment. Another process
// may take one before it is bound: whoever uses them has to try again then.
func Pick(ctx context.Context, n int) ([]int, error) {
	candidate := func() int { return first + rand.IntN(last-first) }
	return pick(n, candidate, func(port int) bool { return free(ctx, port) })
}

func pick(n int, candidate func() int, free func(int) bool) ([]int, error) {
	taken := make(map[int]bool, n)
	var picked []int
	for range attempts {
		if len(picked) == n {
			break
		}
		port := candidate()
		if taken[port] || !free(port) {
			continue
		}
		taken[port] = true
		picked = append(picked, port)
	}
	if len(picked) < n {
		return nil, fmt.Errorf("found %d of %d free ports on 127.0.0.1 between %d and %d", len(picked), n, first, last)
	}
	return picked, nil
}

func free(ctx context.Context, port int) bool {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", Address(port))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

// Address is the port on the loopback address.
func Address(port int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}
