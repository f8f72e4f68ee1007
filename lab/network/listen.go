package network

import (
	"context"
	"net"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/klog/v2"
)

// loopback is the address of all nodes.
var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// target is a port of a Service that listens on this machine.
type target struct{ namespace, service, port string }

// listener accepts connections for a target.
type listener struct {
	net.Listener

	target target
}

// addressesOf are where a Service's ports listen: node ports, and those of a load balancer. A port without a ready
// endpoint is closed, as kube-proxy has it.
func (n *Network) addressesOf(s *corev1.Service) map[netip.AddrPort]target {
	all := map[netip.AddrPort]target{}
	for _, p := range s.Spec.Ports {
		if p.Protocol != corev1.ProtocolTCP || len(n.endpoints(s, p.Name)) == 0 {
			continue
		}
		to := target{s.Namespace, s.Name, p.Name}
		if p.NodePort != 0 {
			all[netip.AddrPortFrom(loopback, uint16(p.NodePort))] = to
		}
		if n.balances(s) {
			all[netip.AddrPortFrom(balancerIP(s), uint16(p.Port))] = to
		}
	}
	return all
}

// listenFor opens and closes listeners.
func (n *Network) listenFor(ctx context.Context, services []*corev1.Service) {
	wanted := map[netip.AddrPort]target{}
	for _, s := range services {
		for at, to := range n.addressesOf(s) {
			wanted[at] = to
		}
	}
	for at, l := range n.open {
		if wanted[at] != l.target {
			_ = l.Close()
			delete(n.open, at)
		}
	}
	clear(n.failed)
	for at, to := range wanted {
		if n.open[at] != nil {
			continue
		}
		opened, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", at.String())
		if err != nil {
			n.failed[at] = err
			continue
		}
		l := &listener{Listener: opened, target: to}
		n.open[at] = l
		n.serving.Go(func() { n.accept(ctx, l) })
	}
}

func (n *Network) closeAll() {
	for at, l := range n.open {
		_ = l.Close()
		delete(n.open, at)
	}
	n.serving.Wait()
}

// accept serves the connections of a listener until it is closed.
func (n *Network) accept(ctx context.Context, l *listener) {
	for {
		here, err := l.Accept()
		if err != nil {
			return
		}
		n.serving.Go(func() { n.forward(ctx, l.target, here) })
	}
}

func (n *Network) forward(ctx context.Context, to target, here net.Conn) {
	there, err := n.dialTarget(ctx, to)
	if err != nil {
		klog.V(2).InfoS("Refusing a connection", "service", klog.KRef(to.namespace, to.service), "error", err)
		if tcp, ok := here.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a reset comes closest to a refused connection
		}
		_ = here.Close()
		return
	}
	Join(ctx, here, there)
}

func (n *Network) dialTarget(ctx context.Context, to target) (net.Conn, error) {
	s, err := n.services.Services(to.namespace).Get(to.service)
	if err != nil {
		return nil, err
	}
	return n.dialService(ctx, s, to.port)
}
