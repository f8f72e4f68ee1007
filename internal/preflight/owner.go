package preflight

import (
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// undoesRestarts are those who take away what kubectl has added to a template, too. An apply, of whatever
// kind, leaves an annotation that it never had.
var undoesRestarts = map[workload.OwnerTool]bool{workload.OwnerFlux: true, workload.OwnerController: true}

// OwnerWarning says what will happen to the change, and what keeps it.
func OwnerWarning(ref workload.Ref, o workload.Owner) (message string, next []string) {
	by := strings.TrimSpace(fmt.Sprintf("%s %s %s", o.Tool, o.Kind, o.Name))
	in := cluster.InFlag(o.Namespace)
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
		next = []string{"kubectl get " + ref.String() + cluster.InFlag(ref.Namespace) + " -o yaml --show-managed-fields"}
	case workload.OwnerController:
		owner := strings.ToLower(o.Kind) + "/" + o.Name
		message = fmt.Sprintf("%s is generated from %s: make this change there too, or the controller reverts it", ref, owner)
		next = []string{"kubectl describe " + owner + in}
	default:
		message = fmt.Sprintf("%s is managed by kubectl apply: update the manifest too, or the next apply reverts this", ref)
	}
	return message, next
}

// mostMakers bounds the way from a pod to the workload that makes it: replicaset, deployment.
const mostMakers = 3

// checkMakers warns of changes of objects that another workload has made: it does not keep them.
func (c checker) checkMakers(ctx context.Context, changes []cluster.Change) ([]Check, error) {
	found, err := cluster.Each(ctx, changes, func(ctx context.Context, change cluster.Change) ([]Check, error) {
		maker := metav1.GetControllerOfNoCopy(change)
		if maker == nil || change.Kind.Remakes() == "" {
			return nil, nil
		}
		ref := change.Ref()
		first := workload.Ref{Kind: maker.Kind, Namespace: ref.Namespace, Name: maker.Name}
		last, err := c.outermost(ctx, first)
		message := fmt.Sprintf("%s belongs to %s, %s; change %s instead", ref, first, change.Kind.Remakes(), last)
		return []Check{{
			Check: CheckOwner, Level: Warn, Workload: ref, Object: ref.String(), Message: message,
			Next: []string{"kubectl describe " + last.String() + cluster.InFlag(ref.Namespace)},
		}}, err
	})
	return slices.Concat(found...), err
}

// outermost follows an object to the workload that nothing else has made, as far as the user may read.
func (c checker) outermost(ctx context.Context, ref workload.Ref) (workload.Ref, error) {
	for range mostMakers {
		if workload.KindNamed(ref.Kind) == nil {
			return ref, nil
		}
		o, err := c.Reread(ctx, ref)
		if cluster.Is(err, cluster.Forbidden) || cluster.Is(err, cluster.NotFound) {
			return ref, nil
		}
		if err != nil {
			return ref, err
		}
		maker := metav1.GetControllerOfNoCopy(o)
		if maker == nil {
			return ref, nil
		}
		ref = workload.Ref{Kind: maker.Kind, Namespace: ref.Namespace, Name: maker.Name}
	}
	return ref, nil
}
