package view

import (
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func stateRefs(s *rollout.State) []workload.Ref {
	refs := make([]workload.Ref, len(s.Workloads))
	for i := range s.Workloads {
		refs[i] = s.Workloads[i].Target.Ref
	}
	return refs
}

func resultRefs(r rollout.Result) []workload.Ref {
	refs := make([]workload.Ref, len(r.Workloads))
	for i := range r.Workloads {
		refs[i] = r.Workloads[i].Ref
	}
	return refs
}
