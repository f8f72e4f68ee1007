package chain

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// beneath is the problem of the pod that holds up an update, which the look at the pods of its revision has found.
func (s *Subject) beneath(d *decision) (decision, bool) {
	if d.problem == nil || d.problem.Cause != diagnosis.BlockedByPod {
		return decision{}, false
	}
	for _, l := range s.looks {
		if l == d.look || l.found == nil {
			continue
		}
		for i := range l.found.Problems {
			p := &l.found.Problems[i]
			if slices.ContainsFunc(p.Affected, func(pod *corev1.Pod) bool { return pod.Name == d.problem.Exemplar }) {
				return decision{l, p}, true
			}
		}
	}
	return decision{}, false
}

// explainBeneath begins the chain with that problem. The template is another one by now: only what looks at it is advised.
func (s *Subject) explainBeneath(r *Report, d *decision, related map[workload.Ref]Related) {
	p := d.problem
	if about := d.look.about(p); about.Name != "" {
		if step, ok := related[about].step(about, p, s.now); ok {
			r.Chain = append(r.Chain, step)
		}
	}
	r.Chain = append(r.Chain, d.look.step(p))
	for _, command := range p.Next {
		if RiskOf(command) == Look {
			r.next(command)
		}
	}
}
