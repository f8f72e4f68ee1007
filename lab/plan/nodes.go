package plan

import (
	"strconv"

	"github.com/kubectl-app/kubectl-app/lab/pki"
)

func (l Lab) kubelet() Component {
	parts := []string{
		"--egress-socket=" + l.Dir.EgressSocket(),
		"--load-balancer=" + strconv.FormatBool(l.Has(LoadBalancer)), "--storage=" + strconv.FormatBool(l.Has(Storage)),
	}
	if l.Has(Ingress) {
		parts = append(parts, "--router-address="+l.Router())
	}
	return Component{
		Name:  Kubelet,
		Needs: []string{APIServer},
		Ready: l.url(Kubelet, "/healthz"),
		Env:   memory("256MiB", 50),
		Args: append(parts,
			"--kubeconfig="+l.Dir.Kubeconfig(Kubelet),
			"--nodes="+strconv.Itoa(l.Nodes),
			"--port="+l.port(Kubelet),
			"--tls-cert-file="+l.pki(pki.ServerCert),
			"--tls-private-key-file="+l.pki(pki.ServerKey),
		),
	}
}

func (l Lab) metricsServer() Component {
	kubeconfig := l.Dir.Kubeconfig(MetricsServer)
	return Component{
		Name:  MetricsServer,
		Needs: []string{APIServer},
		// readyz waits for two scrapes, most of a minute.
		Ready: l.url(MetricsServer, "/livez"),
		Env:   memory("96MiB", 50),
		Args: append(l.serving(MetricsServer),
			"--kubeconfig="+kubeconfig,
			"--authentication-kubeconfig="+kubeconfig,
			"--authorization-kubeconfig="+kubeconfig,
			"--client-ca-file="+l.pki(pki.CA),
			"--kubelet-use-node-status-port",
			"--kubelet-preferred-address-types=InternalIP",
			"--kubelet-certificate-authority="+l.pki(pki.CA),
			"--metric-resolution=10s",
			// Must be below the resolution.
			"--kubelet-request-timeout=5s",
		),
	}
}
