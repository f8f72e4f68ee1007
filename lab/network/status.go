package network

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/klog/v2"
)

// Controller is the name by which an IngressClass chooses the lab's router.
const Controller = "kubectl-app.dev/lab-router"

// read returns all Services, and the Ingresses that are for the lab's router.
func (n *Network) read() ([]*corev1.Service, []*networkingv1.Ingress, error) {
	services, err := n.services.List(labels.Everything())
	if err != nil {
		return nil, nil, err
	}
	all, err := n.ingresses.List(labels.Everything())
	if err != nil {
		return nil, nil, err
	}
	var ours []*networkingv1.Ingress
	for _, i := range all {
		if class, err := n.classes.Get(classOf(i)); err == nil && class.Spec.Controller == Controller {
			ours = append(ours, i)
		}
	}
	return services, ours, nil
}

// classOf is the class of an Ingress. Admission has set the default one.
func classOf(i *networkingv1.Ingress) string {
	if i.Spec.IngressClassName != nil {
		return *i.Spec.IngressClassName
	}
	return i.Annotations["kubernetes.io/ingress.class"]
}

// balances tells whether a Service gets an address of the lab's load balancer.
func (n *Network) balances(s *corev1.Service) bool {
	return n.options.LoadBalancer && s.Spec.Type == corev1.ServiceTypeLoadBalancer && s.Spec.LoadBalancerClass == nil
}

// balancerIP is the address of a load balancer on this machine: 127.96.1.2 for the cluster IP 10.96.1.2. Only Linux has
// all of 127.0.0.0/8.
func balancerIP(s *corev1.Service) netip.Addr {
	ip, err := netip.ParseAddr(s.Spec.ClusterIP)
	if err != nil || !ip.Is4() || runtime.GOOS != "linux" {
		return loopback
	}
	b := ip.As4()
	b[0] = 127
	return netip.AddrFrom4(b)
}

// writeStatuses tells the API server the addresses, and reports ports that can't be opened. It returns false if one could
// not be told.
func (n *Network) writeStatuses(ctx context.Context, services []*corev1.Service, ingresses []*networkingv1.Ingress) bool {
	told := true
	for _, s := range services {
		n.reportFailed(ctx, s)
		want := n.balancerStatus(s)
		if !n.balances(s) || equality.Semantic.DeepEqual(s.Status.LoadBalancer, want) {
			continue
		}
		s = s.DeepCopy()
		s.Status.LoadBalancer = want
		if _, err := n.client.CoreV1().Services(s.Namespace).UpdateStatus(ctx, s, metav1.UpdateOptions{}); err != nil {
			klog.V(2).InfoS("Writing the status of a Service", "service", klog.KObj(s), "error", err)
			told = false
		}
	}
	if n.options.Router == "" {
		return told
	}
	want := routerStatus(n.options.Router)
	for _, i := range ingresses {
		if equality.Semantic.DeepEqual(i.Status.LoadBalancer, want) {
			continue
		}
		i = i.DeepCopy()
		i.Status.LoadBalancer = want
		if _, err := n.client.NetworkingV1().Ingresses(i.Namespace).UpdateStatus(ctx, i, metav1.UpdateOptions{}); err != nil {
			klog.V(2).InfoS("Writing the status of an Ingress", "ingress", klog.KObj(i), "error", err)
			told = false
		}
	}
	return told
}

// portClosed is the error of a load balancer's port that this machine does not let the lab open.
const portClosed = "kubectl-app.dev/PortCannotBeOpened"

func (n *Network) balancerStatus(s *corev1.Service) corev1.LoadBalancerStatus {
	ip := balancerIP(s)
	ingress := corev1.LoadBalancerIngress{IP: ip.String(), IPMode: new(corev1.LoadBalancerIPModeVIP)}
	failed := false
	for _, p := range s.Spec.Ports {
		port := corev1.PortStatus{Port: p.Port, Protocol: p.Protocol}
		if n.failed[netip.AddrPortFrom(ip, uint16(p.Port))] != nil {
			port.Error, failed = new(portClosed), true
		}
		ingress.Ports = append(ingress.Ports, port)
	}
	if !failed {
		ingress.Ports = nil
	}
	return corev1.LoadBalancerStatus{Ingress: []corev1.LoadBalancerIngress{ingress}}
}

// routerStatus is the router's address, and its port, which is not 80.
func routerStatus(address string) networkingv1.IngressLoadBalancerStatus {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return networkingv1.IngressLoadBalancerStatus{}
	}
	return networkingv1.IngressLoadBalancerStatus{Ingress: []networkingv1.IngressLoadBalancerIngress{{
		IP: at.Addr().String(), Ports: []networkingv1.IngressPortStatus{{Port: int32(at.Port()), Protocol: corev1.ProtocolTCP}},
	}}}
}

// reportFailed makes an event for each port of a Service that can't be opened, once.
func (n *Network) reportFailed(ctx context.Context, s *corev1.Service) {
	for at := range n.addressesOf(s) {
		failure, key := n.failed[at], string(s.UID)+at.String()
		if failure == nil || n.reported[key] {
			continue
		}
		n.reported[key] = true
		message := fmt.Sprintf("This machine can't open %s for the Service: %v", at, failure)
		if at.Addr() != loopback {
			for _, p := range s.Spec.Ports {
				if p.Port == int32(at.Port()) && p.NodePort != 0 {
					message += "; the node port is open: 127.0.0.1:" + strconv.Itoa(int(p.NodePort))
				}
			}
		}
		now := metav1.NewTime(time.Now())
		_, err := n.client.CoreV1().Events(s.Namespace).Create(ctx, &corev1.Event{
			ObjectMeta:     metav1.ObjectMeta{GenerateName: s.Name + "-", Namespace: s.Namespace},
			InvolvedObject: corev1.ObjectReference{APIVersion: "v1", Kind: "Service", Namespace: s.Namespace, Name: s.Name, UID: s.UID},
			Reason:         "PortCannotBeOpened", Message: message, Type: corev1.EventTypeWarning, Count: 1,
			Source: corev1.EventSource{Component: "lab-network"}, FirstTimestamp: now, LastTimestamp: now,
		}, metav1.CreateOptions{})
		if err != nil {
			klog.ErrorS(err, "Reporting a port that can't be opened", "service", klog.KObj(s))
		}
	}
}
