package cli

import (
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// here completes commands to type with the connection flags of this command line: the same words
// without them may mean another cluster, or another user.
func (e *Env) here(commands []string) []string {
	suffix := e.connection()
	if suffix == "" {
		return commands
	}
	completed := make([]string, 0, len(commands))
	for _, c := range commands {
		if strings.HasPrefix(c, "kubectl ") && !strings.HasPrefix(c, "kubectl config ") && !strings.HasPrefix(c, "kubectl app lab ") {
			c += suffix
		}
		completed = append(completed, c)
	}
	return completed
}

// connection is what the user typed of the flags that choose the cluster and the user. A token or a
// password is not repeated.
func (e *Env) connection() string {
	var b strings.Builder
	for _, f := range []struct {
		name  string
		value *string
	}{
		{"kubeconfig", e.Flags.KubeConfig},
		{"context", e.Flags.Context},
		{"cluster", e.Flags.ClusterName},
		{"user", e.Flags.AuthInfoName},
		{"server", e.Flags.APIServer},
		{"as", e.Flags.Impersonate},
	} {
		if f.value != nil && *f.value != "" {
			b.WriteString(" --" + f.name + "=" + shellWord(*f.value))
		}
	}
	return b.String()
}

// hereResult completes every command of a result.
func (e *Env) hereResult(r *rollout.Result) {
	r.Next = e.here(r.Next)
	for i := range r.Workloads {
		w := &r.Workloads[i]
		w.Findings = e.hereFindings(w.Findings)
		if w.Rollback != nil {
			w.Rollback.Findings = e.hereFindings(w.Rollback.Findings)
		}
	}
}

// hereFindings leaves the engine's own findings as they are.
func (e *Env) hereFindings(found []diagnosis.Finding) []diagnosis.Finding {
	completed := make([]diagnosis.Finding, len(found))
	for i, f := range found {
		f.Next = e.here(f.Next)
		completed[i] = f
	}
	return completed
}
