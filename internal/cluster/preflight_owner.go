package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

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

// mostMakers bounds the way from a pod to the workload that makes it: replicaset, deployment.
const mostMakers = 3

// checkMakers warns of changes of objects that another workload has made: it does not keep them.
func (c *Cluster) checkMakers(ctx context.Context, changes []Change) ([]Check, error) {
	found, err := Each(ctx, changes, func(ctx context.Context, change Change) ([]Check, error) {
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
			Next: []string{"kubectl describe " + last.String() + InFlag(ref.Namespace)},
		}}, err
	})
	return slices.Concat(found...), err
}

// outermost follows an object to the workload that nothing else has made, as far as the user may read.
func (c *Cluster) outermost(ctx context.Context, ref workload.Ref) (workload.Ref, error) {
	for range mostMakers {
		if workload.KindNamed(ref.Kind) == nil {
			return ref, nil
		}
		o, err := c.reread(ctx, ref)
		if Is(err, Forbidden) || Is(err, NotFound) {
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

// WithoutMade leaves out the objects that others of the selection have made: the change gets to them from there. made
// says which, by their makers.
func WithoutMade(objects []Object) (kept []Object, made []string) {
	chosen := map[types.UID]Object{}
	for _, o := range objects {
		chosen[o.GetUID()] = o
	}
	counts := map[string]map[string]int{}
	var order []string
	for _, o := range objects {
		root, isMade := o, false
		for maker := metav1.GetControllerOfNoCopy(root); maker != nil; maker = metav1.GetControllerOfNoCopy(root) {
			next, ok := chosen[maker.UID]
			if !ok {
				break
			}
			root, isMade = next, true
		}
		if !isMade {
			kept = append(kept, o)
			continue
		}
		name := root.Ref().String()
		if counts[name] == nil {
			counts[name] = map[string]int{}
			order = append(order, name)
		}
		counts[name][o.Kind.Plural]++
	}
	for _, name := range order {
		var parts []string
		for _, plural := range slices.Sorted(maps.Keys(counts[name])) {
			parts = append(parts, fmt.Sprintf("%d %s", counts[name][plural], plural))
		}
		made = append(made, fmt.Sprintf("%s of %s are not changed themselves: they follow %s", strings.Join(parts, " and "), name, name))
	}
	return kept, made
}
