package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubectl-app/kubectl-app/lab/ports"
)

// ServiceCIDR holds the cluster IPs of all Services.
var ServiceCIDR = netip.MustParsePrefix("10.96.0.0/16")

// The parts that a lab can do without.
const (
	LoadBalancer = "load-balancer"
	Ingress      = "ingress"
	Storage      = "storage"
)

// Parts lists them.
func Parts() []string { return []string{LoadBalancer, Ingress, Storage} }

// router is the key of the router's port.
const router = "router"

// Has tells whether a lab has a part.
func (l Lab) Has(part string) bool { return !slices.Contains(l.Without, part) }

// Router is where the router for Ingresses listens.
func (l Lab) Router() string { return ports.Address(l.Ports[router]) }

// EgressConfig lets the API server ask the kubelet for every connection to pods, kubelets, webhooks and aggregated APIs:
// the pods have no addresses that this machine could reach.
func (l Lab) EgressConfig() []byte {
	return fmt.Appendf(nil, `apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection:
    proxyProtocol: HTTPConnect
    transport:
      uds:
        udsName: %s
`, l.Dir.EgressSocket())
}
