package view

import (
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// name is what a user would type for a workload: deployment/web.
func name(ref workload.Ref) string {
	return term.Clean(strings.ToLower(ref.Kind) + "/" + ref.Name)
}

// namer returns name, or a form with the namespace when the workloads are of more than one.
func namer(refs []workload.Ref) func(workload.Ref) string {
	for _, ref := range refs {
		if ref.Namespace != refs[0].Namespace {
			return func(ref workload.Ref) string { return term.Clean(ref.Namespace) + " " + name(ref) }
		}
	}
	return name
}

func stateRefs(s *rollout.State) []workload.Ref {
	refs := make([]workload.Ref, len(s.Workloads))
	for i := range s.Workloads {
		refs[i] = s.Workloads[i].Target.Ref
	}
	return refs
}

// revisionChange is "revision 3 -> 4", as far as the numbers are known.
func revisionChange(from, to int64) string {
	switch {
	case from == 0 && to == 0:
		return ""
	case from == 0 || from == to:
		return fmt.Sprintf("revision %d", max(from, to))
	case to == 0:
		return fmt.Sprintf("from revision %d", from)
	default:
		return fmt.Sprintf("revision %d -> %d", from, to)
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, one)
	}
	return fmt.Sprintf("%d %s", n, many)
}
