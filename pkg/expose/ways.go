package expose

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// Via is the kind of address that a way begins at. The set is closed.
type Via string

// The kinds.
const (
	ViaCluster      Via = "cluster"      // the DNS name, for pods
	ViaNode         Via = "node"         // a node's address and the node port
	ViaLoadBalancer Via = "loadBalancer" // the address that a load balancer has given
	ViaExternalIP   Via = "externalIP"   // an address that is routed to a node by others
	ViaIngress      Via = "ingress"      // the host of an Ingress
)

// Way is one address that leads to the pods.
type Way struct {
	Via     Via    `json:"via"`
	Address string `json:"address"`
	// Port is the name of the Service's port, Protocol its protocol if that is not TCP.
	Port     string          `json:"port,omitempty"`
	Protocol corev1.Protocol `json:"protocol,omitempty"`
	// URL is the address for curl or a browser, if the port looks like HTTP.
	URL string `json:"url,omitempty"`
}

// AnyNode stands for the address of a node that may not be read.
const AnyNode = "NODE"

// mostNodes is how many nodes are listed: each leads to the same pods.
const mostNodes = 3

// ServiceWays are the addresses of a Service: for pods, then for others. Nodes are addresses of nodes.
func ServiceWays(s *corev1.Service, nodes []string) []Way {
	var all []Way
	for i := range s.Spec.Ports {
		p := &s.Spec.Ports[i]
		host := s.Name + "." + s.Namespace + ".svc"
		number := p.Port
		if s.Spec.ClusterIP == corev1.ClusterIPNone && p.TargetPort.IntVal > 0 { // the name leads to the pods themselves
			number = p.TargetPort.IntVal
		}
		all = append(all, way(ViaCluster, host, number, p))
	}
	for i := range s.Spec.Ports {
		p := &s.Spec.Ports[i]
		for _, in := range s.Status.LoadBalancer.Ingress {
			all = append(all, way(ViaLoadBalancer, in.IP+in.Hostname, p.Port, p))
		}
		for _, ip := range s.Spec.ExternalIPs {
			all = append(all, way(ViaExternalIP, ip, p.Port, p))
		}
		if p.NodePort != 0 {
			for _, node := range nodes[:min(len(nodes), mostNodes)] {
				all = append(all, way(ViaNode, node, p.NodePort, p))
			}
		}
	}
	return all
}

// RouteWay is the URL of a route.
func RouteWay(r *Route, in *networkingv1.Ingress) Way {
	scheme, number := "http", int32(80)
	if _, tls := TLSSecret(in, r.Host); tls {
		scheme, number = "https", 443
	}
	address := r.Host
	for _, served := range in.Status.LoadBalancer.Ingress { // a controller may have ports of its own
		if len(served.Ports) > 0 && !slices.ContainsFunc(served.Ports, func(p networkingv1.IngressPortStatus) bool { return p.Port == number }) {
			number = served.Ports[0].Port
			address += ":" + strconv.Itoa(int(number))
			break
		}
	}
	return Way{Via: ViaIngress, Address: r.Host + ":" + strconv.Itoa(int(number)), URL: scheme + "://" + address + r.Path}
}

func way(via Via, host string, number int32, p *corev1.ServicePort) Way {
	if strings.Contains(host, ":") {
		host = "[" + host + "]" // IPv6
	}
	w := Way{Via: via, Address: host + ":" + strconv.Itoa(int(number)), Port: p.Name}
	if p.Protocol != "" && p.Protocol != corev1.ProtocolTCP {
		w.Protocol = p.Protocol
		return w
	}
	if scheme := schemeOf(p); scheme != "" {
		address := w.Address
		if scheme == "http" && number == 80 || scheme == "https" && number == 443 {
			address = host
		}
		w.URL = (&url.URL{Scheme: scheme, Host: address, Path: "/"}).String()
	}
	return w
}

// httpPorts are numbers on which programs answer HTTP by custom.
var httpPorts = []int32{80, 3000, 4200, 5000, 5173, 8000, 8080, 8081, 8888, 9000, 9090}

// schemeOf is http or https, if the protocol, the name or the number of a port says so; "" else.
func schemeOf(p *corev1.ServicePort) string {
	if p.AppProtocol != nil {
		switch strings.ToLower(*p.AppProtocol) {
		case "http", "https":
			return strings.ToLower(*p.AppProtocol)
		}
		return ""
	}
	name, target := p.Name, p.TargetPort
	if target.StrVal != "" && name == "" {
		name = target.StrVal
	}
	is := func(number int32) bool { return p.Port == number || target.IntVal == number }
	switch {
	case name == "https" || strings.HasPrefix(name, "https-") || is(443) || is(8443):
		return "https"
	case name == "http" || name == "web" || strings.HasPrefix(name, "http-"):
		return "http"
	case name != "" && !strings.HasPrefix(name, "port-"):
		return ""
	case slices.ContainsFunc(httpPorts, is):
		return "http"
	}
	return ""
}

// NodeAddresses are those under which nodes are reached, the external ones before the others. only are names of nodes; nil
// is all of them. Nodes that are not ready are left out.
func NodeAddresses(nodes []corev1.Node, only []string) []string {
	var external, internal []string
	for i := range nodes {
		n := &nodes[i]
		if only != nil && !slices.Contains(only, n.Name) || !readyNode(n) {
			continue
		}
		if a := nodeAddress(n, corev1.NodeExternalIP); a != "" {
			external = append(external, a)
		} else if a := nodeAddress(n, corev1.NodeInternalIP); a != "" {
			internal = append(internal, a)
		}
	}
	var all []string
	for _, a := range append(external, internal...) { // nodes of one machine have the same
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all
}

func readyNode(n *corev1.Node) bool {
	return slices.ContainsFunc(n.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	})
}

func nodeAddress(n *corev1.Node, kind corev1.NodeAddressType) string {
	for _, a := range n.Status.Addresses {
		if a.Type == kind {
			return a.Address
		}
	}
	return ""
}

// URLs are what to type of the ways: the URL or, of other protocols, the address.
func URLs(ways []Way) []string {
	urls := make([]string, 0, len(ways))
	for _, w := range ways {
		if w.URL != "" {
			urls = append(urls, w.URL)
		} else {
			urls = append(urls, w.Address)
		}
	}
	return urls
}
