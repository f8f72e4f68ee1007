package plan

import (
	"path/filepath"
	"strings"

	"github.com/kubectl-app/kubectl-app/lab/pki"
)

func (l Lab) pki(file string) string { return filepath.Join(l.Dir.PKI(), file) }

func (l Lab) etcd() Component {
	return Component{
		Name: Etcd,
		Args: []string{
			"--data-dir=" + l.Dir.Data(),
			"--listen-client-url=" + l.url(Etcd, ""),
			"--ca-file=" + l.pki(pki.EtcdCA),
			"--cert-file=" + l.pki(pki.EtcdCert),
			"--key-file=" + l.pki(pki.EtcdKey),
		},
		Env: memory("256MiB", 50),
		// etcd's own health page is behind its client certificates.
		Ready: "tcp://" + l.address(Etcd),
	}
}

func (l Lab) apiServer() Component {
	return Component{
		Name:  APIServer,
		Needs: []string{Etcd},
		Ready: l.url(APIServer, "/readyz"),
		Env:   memory("512MiB", 100),
		Args: []string{
			"--bind-address=127.0.0.1",
			"--advertise-address=127.0.0.1",
			"--secure-port=" + l.port(APIServer),
			// The reconciler refuses to publish a loopback address.
			"--endpoint-reconciler-type=none",
			"--service-cluster-ip-range=" + ServiceCIDR.String(),
			"--allow-privileged=true",
			"--profiling=false",

			"--etcd-servers=" + l.url(Etcd, ""),
			"--etcd-cafile=" + l.pki(pki.EtcdCA),
			"--etcd-certfile=" + l.pki(pki.EtcdCert),
			"--etcd-keyfile=" + l.pki(pki.EtcdKey),

			"--tls-cert-file=" + l.pki(pki.ServerCert),
			"--tls-private-key-file=" + l.pki(pki.ServerKey),
			"--client-ca-file=" + l.pki(pki.CA),
			"--authorization-mode=RBAC",
			"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
			"--service-account-key-file=" + l.pki(pki.ServiceAcctPub),
			"--service-account-signing-key-file=" + l.pki(pki.ServiceAcctKey),

			"--kubelet-preferred-address-types=InternalIP",
			"--kubelet-certificate-authority=" + l.pki(pki.CA),
			"--kubelet-client-certificate=" + l.pki(pki.KubeletClient),
			"--kubelet-client-key=" + l.pki(pki.KubeletKey),

			"--egress-selector-config-file=" + l.Dir.EgressConfig(),

			// The aggregation layer, for metrics.k8s.io.
			"--proxy-client-cert-file=" + l.pki(pki.FrontProxyCert),
			"--proxy-client-key-file=" + l.pki(pki.FrontProxyKey),
			"--requestheader-client-ca-file=" + l.pki(pki.FrontProxyCA),
			"--requestheader-allowed-names=" + pki.FrontProxyName,
			"--requestheader-username-headers=X-Remote-User",
			"--requestheader-group-headers=X-Remote-Group",
			"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		},
	}
}

// unneeded are the controllers that nothing in a lab calls on: no cloud, no
// bootstrapped nodes, no certificates for kubelets, no devices.
var unneeded = []string{
	"bootstrap-signer-controller",
	"token-cleaner-controller",
	"certificatesigningrequest-signing-controller",
	"certificatesigningrequest-approving-controller",
	"certificatesigningrequest-cleaner-controller",
	"podcertificaterequest-cleaner-controller",
	"node-ipam-controller",
	"legacy-serviceaccount-token-cleaner-controller",
	"device-taint-eviction-controller",
	"resourcepoolstatusrequest-controller",
	"storageversion-garbage-collector-controller",
	"storage-version-migrator-controller",
	"selinux-warning-controller",
	"service-cidr-controller",
	"ttl-controller",
}

func (l Lab) controllerManager() Component {
	return Component{
		Name:  ControllerManager,
		Needs: []string{APIServer},
		Ready: l.url(ControllerManager, "/healthz"),
		Env:   memory("256MiB", 50),
		Args: append(l.serving(ControllerManager),
			"--kubeconfig="+l.Dir.Kubeconfig(ControllerManager),
			"--controllers=*,-"+strings.Join(unneeded, ",-"),
			"--leader-elect=false",
			"--profiling=false",
			// Without it no namespace gets its kube-root-ca.crt.
			"--root-ca-file="+l.pki(pki.CA),
			"--service-account-private-key-file="+l.pki(pki.ServiceAcctKey),
			// With the default of 20 requests a second, 1,000 pods take 50 s.
			"--kube-api-qps=1000",
			"--kube-api-burst=2000",
			// With the default of 50s nobody waits for a node that was stopped. Its
			// kubelet renews the lease every 4 s: see package nodes.
			"--node-monitor-grace-period=24s",
			"--node-monitor-period=2s",
			// The defaults ignore the CPU of a pod younger than 5 minutes: too
			// slow to watch, in a class or in a test.
			"--horizontal-pod-autoscaler-sync-period=5s",
			"--horizontal-pod-autoscaler-cpu-initialization-period=5s",
			"--horizontal-pod-autoscaler-initial-readiness-delay=2s",
			"--horizontal-pod-autoscaler-downscale-stabilization=10s",
		),
	}
}

func (l Lab) scheduler() Component {
	return Component{
		Name:  Scheduler,
		Needs: []string{APIServer},
		Ready: l.url(Scheduler, "/readyz"),
		Env:   memory("128MiB", 50),
		Args: append(l.serving(Scheduler),
			"--kubeconfig="+l.Dir.Kubeconfig(Scheduler),
			"--leader-elect=false",
			"--profiling=false",
			"--kube-api-qps=1000",
			"--kube-api-burst=2000",
		),
	}
}

// serving lets a component listen with the lab's certificate. It would make one
// of its own otherwise, which costs it most of its start.
func (l Lab) serving(component string) []string {
	return []string{
		"--bind-address=127.0.0.1",
		"--secure-port=" + l.port(component),
		"--tls-cert-file=" + l.pki(pki.ServerCert),
		"--tls-private-key-file=" + l.pki(pki.ServerKey),
	}
}
