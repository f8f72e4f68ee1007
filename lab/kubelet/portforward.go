package kubelet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"time"

	"k8s.io/cri-streaming/pkg/streaming/portforward"
)

// The time-outs are containerd's: for a port-forward without any traffic, and for the second stream of a connection.
const (
	idleTimeout   = 4 * time.Hour
	streamTimeout = 30 * time.Second
)

// servePortForward answers /portForward/NAMESPACE/POD[/UID].
func (n *node) servePortForward(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("pod")
	p, err := n.named(r.PathValue("namespace"), name)
	if refusedPod(w, name, err) {
		return
	}
	options, err := portforward.NewV4Options(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	portforward.ServePortForward(w, r, forwarder{n, p}, p.machine.SandboxID(), r.PathValue("uid"), options,
		idleTimeout, streamTimeout, portforward.SupportedProtocols)
}

// forwarder connects to the loopback of a pod.
type forwarder struct {
	node *node
	pod  *resident
}

// PortForward implements portforward.PortForwarder. The error for a closed port is containerd's.
func (f forwarder) PortForward(_ context.Context, sandbox, _ string, port int32, stream io.ReadWriteCloser) error {
	conn, err := f.node.connect(f.pod, int(port), true)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("failed to execute portforward in network namespace %q: failed to connect to localhost:%d inside namespace %q, "+
			"IPv4: dial tcp4 127.0.0.1:%d: connect: %w IPv6 dial tcp6: address localhost: no suitable address",
			"/var/run/netns/cni-"+sandbox[:8], port, sandbox, port, err)
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	go func() { _, _ = io.Copy(conn, stream) }() // ends with the connection or the stream
	_, err = io.Copy(stream, conn)
	return err
}
