package supervisor

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/kubeconfig"
	"github.com/kubectl-app/kubectl-app/lab/pki"
	"github.com/kubectl-app/kubectl-app/lab/plan"
)

// admin is the lab's owner, and the name of their kubeconfig in the lab's folder.
const admin = "admin"

// prepare chooses the ports and writes the certificates, kubeconfigs and the API server's way to the pods. It
// returns the owner's entry.
func (s *Supervisor) prepare(ctx context.Context) (kubeconfig.Entry, error) {
	chosen, err := plan.PickPorts(ctx)
	if err != nil {
		return kubeconfig.Entry{}, err
	}
	lab := plan.Lab{Dir: s.Dir, Nodes: s.Nodes, Ports: chosen, Without: s.Without}
	if err := os.WriteFile(s.Dir.EgressConfig(), lab.EgressConfig(), 0o600); err != nil {
		return kubeconfig.Entry{}, fmt.Errorf("lab %s: %w", s.Dir.Name, err)
	}
	authority, err := pki.Write(s.Dir.PKI(), time.Now())
	if err != nil {
		return kubeconfig.Entry{}, err
	}
	prober, err := newProber(s.Dir.PKI())
	if err != nil {
		return kubeconfig.Entry{}, err
	}
	var owner kubeconfig.Entry
	for name, subject := range clients() {
		pair, err := authority.Issue(subject)
		if err != nil {
			return owner, err
		}
		entry := kubeconfig.Entry{Context: s.Dir.Context(), Server: lab.Server(), CA: authority.Cert, Client: pair}
		if name == admin {
			owner = entry
		}
		if err := kubeconfig.Write(s.Dir.Kubeconfig(name), entry); err != nil {
			return owner, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lab, s.prober = lab, prober
	return owner, nil
}

// clients are those who speak to the API server. The components carry their
// usual names, and the group that RBAC lets through: a lab starts sooner when
// they need not wait for the roles to be there. RBAC is for the users.
func clients() map[string]pki.Subject {
	masters := []string{pki.Masters}
	return map[string]pki.Subject{
		admin:                  {Name: "kubernetes-admin", Groups: masters},
		plan.ControllerManager: {Name: "system:kube-controller-manager", Groups: masters},
		plan.Scheduler:         {Name: "system:kube-scheduler", Groups: masters},
		plan.Kubelet:           {Name: "system:node:app-lab", Groups: masters},
		plan.MetricsServer:     {Name: "system:metrics-server", Groups: masters},
	}
}
