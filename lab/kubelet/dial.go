package kubelet

import (
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

// dial connects to a pod's address. The errors are those of a real network, without the wait for a time-out.
func (n *node) dial(ip netip.Addr, port int) (net.Conn, error) {
	at := netip.AddrPortFrom(ip, uint16(port))
	p := n.find(func(p *resident) bool { return p.machine.PodIP() == ip.String() })
	if p == nil {
		return nil, dialError(at, syscall.EHOSTUNREACH)
	}
	conn, err := n.connect(p, port, false)
	if err != nil {
		return nil, dialError(at, err)
	}
	return conn, nil
}

func dialError(at netip.AddrPort, err error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(at), Err: os.NewSyscallError("connect", err)}
}

// connect opens a connection to what listens on a port of a pod.
func (n *node) connect(p *resident, port int, loopback bool) (net.Conn, error) {
	p.mu.Lock()
	pod := p.newest
	if p.gone || n.world.stopped(pod.Spec.NodeName) {
		p.mu.Unlock()
		return nil, syscall.EHOSTUNREACH
	}
	listener, open := p.machine.ListenerOn(port, loopback, time.Now())
	p.mu.Unlock()
	if !open {
		return nil, syscall.ECONNREFUSED
	}
	return n.programs.connect(&connection{pod: p, name: pod.Name, namespace: pod.Namespace, port: port, listener: listener})
}

// answer asks the program at the other end of a connection.
func (p *resident) answer(l lifecycle.Listener, path string) (status int, delay time.Duration, running bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return 0, 0, false
	}
	return p.machine.Answer(l, path, time.Now())
}

// find returns the pod that is meant, or nil.
func (n *node) find(meant func(*resident) bool) *resident {
	for _, p := range n.residents() {
		p.mu.Lock()
		found := p.machine != nil && !p.gone && meant(p)
		p.mu.Unlock()
		if found {
			return p
		}
	}
	return nil
}
