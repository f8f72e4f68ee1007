package network

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// byService is the index of EndpointSlices by their Service.
const byService = "service"

func serviceOf(o any) ([]string, error) {
	slice, ok := o.(*discoveryv1.EndpointSlice)
	if !ok {
		return nil, nil
	}
	return []string{slice.Namespace + "/" + slice.Labels[discoveryv1.LabelServiceName]}, nil
}

// endpoints are the ready addresses behind a port of a Service.
func (n *Network) endpoints(s *corev1.Service, portName string) []netip.AddrPort {
	found, err := n.slices.ByIndex(byService, s.Namespace+"/"+s.Name)
	if err != nil {
		return nil
	}
	var ready []netip.AddrPort
	for _, o := range found {
		slice, ok := o.(*discoveryv1.EndpointSlice)
		if !ok || slice.AddressType != discoveryv1.AddressTypeIPv4 {
			continue
		}
		for _, port := range slice.Ports {
			if port.Port == nil || port.Name == nil || *port.Name != portName {
				continue
			}
			ready = append(ready, readyIn(slice, uint16(*port.Port))...)
		}
	}
	return ready
}

func readyIn(slice *discoveryv1.EndpointSlice, port uint16) []netip.AddrPort {
	var ready []netip.AddrPort
	for _, e := range slice.Endpoints {
		if e.Conditions.Ready != nil && !*e.Conditions.Ready || len(e.Addresses) == 0 {
			continue
		}
		if ip, err := netip.ParseAddr(e.Addresses[0]); err == nil {
			ready = append(ready, netip.AddrPortFrom(ip, port))
		}
	}
	return ready
}

// Dial connects to a pod, a Service's cluster IP, or anything that this machine reaches.
func (n *Network) Dial(ctx context.Context, address string) (net.Conn, error) {
	at, err := netip.ParseAddrPort(address)
	switch {
	case err == nil && n.options.PodCIDR.Contains(at.Addr()):
		return n.options.DialPod(at.Addr(), int(at.Port()))
	case err == nil && n.options.ServiceCIDR.Contains(at.Addr()):
		s, port := n.withClusterIP(at)
		if s == nil {
			return nil, refused(at)
		}
		return n.dialService(ctx, s, port)
	}
	return (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", address)
}

// refused is the error of a connection to what nobody listens on.
func refused(at netip.AddrPort) error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(at), Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

func (n *Network) withClusterIP(at netip.AddrPort) (*corev1.Service, string) {
	all, err := n.services.List(labels.Everything())
	if err != nil {
		return nil, ""
	}
	for _, s := range all {
		for _, p := range s.Spec.Ports {
			if s.Spec.ClusterIP == at.Addr().String() && p.Port == int32(at.Port()) && p.Protocol == corev1.ProtocolTCP {
				return s, p.Name
			}
		}
	}
	return nil, ""
}

// dialService connects to one of the ready endpoints, at random.
func (n *Network) dialService(ctx context.Context, s *corev1.Service, portName string) (net.Conn, error) {
	ready := n.endpoints(s, portName)
	if len(ready) == 0 {
		return nil, fmt.Errorf("service %s/%s has no ready endpoint: %w", s.Namespace, s.Name, syscall.ECONNREFUSED)
	}
	return n.Dial(ctx, ready[rand.IntN(len(ready))].String())
}
