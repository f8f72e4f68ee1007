package plan

import "fmt"

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
