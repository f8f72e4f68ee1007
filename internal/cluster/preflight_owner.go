package cluster

import (
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// undoesRestarts are those who take away what kubectl has added to a template, too. An apply, of whatever
// kind, leaves an annotation that it never had.
var undoesRestarts = map[workload.OwnerTool]bool{workload.OwnerFlux: true, workload.OwnerController: true}

// OwnerWarning says what will happen to the change, and what keeps it.
func OwnerWarning(ref workload.Ref, o workload.Owner) (message string, next []string) {
	by := strings.TrimSpace(fmt.Sprintf("%s %s %s", o.Tool, o.Kind, o.Name))
	in := InFlag(o.Namespace)
	tool := o.Tool
	if tool == workload.OwnerSSA && o.Name == "kubectl" {
		tool = workload.OwnerApply
	}
	switch tool {
	case workload.OwnerFlux:
		message = fmt.Sprintf("%s is managed by %s: make this change there too, or the next reconciliation reverts it", ref, by)
		if o.Name != "" {
			next = []string{"flux suspend " + strings.ToLower(o.Kind) + " " + o.Name + in}
		}
	case workload.OwnerArgoCD:
		message = fmt.Sprintf("%s is managed by %s: make this change in its source too, or the next sync (with self-heal: at once) reverts it", ref, by)
		if o.Name != "" {
			next = []string{"argocd app diff " + o.Name, "argocd app set " + o.Name + " --sync-policy none"}
		}
	case workload.OwnerHelm:
		message = fmt.Sprintf("%s is managed by %s: make this change in the chart's values too, or the next helm upgrade reverts it", ref, by)
		if o.Name != "" {
			next = []string{"helm get values " + o.Name + in}
		}
	case workload.OwnerSSA:
		message = fmt.Sprintf("%s is applied by %q (server-side): make this change there too, or its next apply reverts it", ref, o.Name)
		next = []string{"kubectl get " + ref.String() + InFlag(ref.Namespace) + " -o yaml --show-managed-fields"}
	case workload.OwnerController:
		owner := strings.ToLower(o.Kind) + "/" + o.Name
		message = fmt.Sprintf("%s is generated from %s: make this change there too, or the controller reverts it", ref, owner)
		next = []string{"kubectl describe " + owner + in}
	default:
		message = fmt.Sprintf("%s is managed by kubectl apply: update the manifest too, or the next apply reverts this", ref)
	}
	return message, next
}
