package preflight

import (
	"context"
	"fmt"
	"slices"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
)

// checkAutoscalers looks for HorizontalPodAutoscalers that set the replicas of a workload: one request for each namespace.
// The changes returned know whether an autoscaler takes them over.
func (c checker) checkAutoscalers(ctx context.Context, changes []cluster.Change) ([]cluster.Change, []Check, error) {
	order, in := namespaces(changes)
	var checks []Check
	changes = slices.Clone(changes)
	for _, namespace := range order {
		list, err := c.Autoscalers(ctx, namespace)
		if err != nil {
			if !cluster.Is(err, cluster.Forbidden) {
				return nil, nil, err
			}
			ref := in[namespace][0].Ref()
			checks = append(checks, Check{
				Check: CheckPermission, Level: Warn, Workload: ref, Object: "horizontalpodautoscalers",
				Message: "no permission to list horizontalpodautoscalers" + cluster.InNamespace(namespace) + ": an autoscaler may set the replicas back",
			})
			continue
		}
		for i := range changes {
			for k := range list {
				if a := &list[k]; changes[i].GetNamespace() == namespace && autoscale.Scales(a, changes[i].Ref()) {
					check, takesOver := autoscalerCheck(changes[i], a)
					if check.Message != "" {
						checks = append(checks, check)
					}
					changes[i].Edit.Autoscaled = changes[i].Edit.Autoscaled || takesOver
				}
			}
		}
	}
	return changes, checks, nil
}

// autoscalerCheck says what an autoscaler does to the number of a change; a Check without a message if it leaves it.
// takesOver: it sets the replicas as soon as the number is written.
func autoscalerCheck(change cluster.Change, a *autoscalingv2.HorizontalPodAutoscaler) (check Check, takesOver bool) {
	least, most := autoscale.Bounds(a)
	ref, now, wanted := change.Ref(), change.Replicas(), *change.Edit.Replicas
	name, in := "horizontalpodautoscaler/"+a.Name, cluster.InFlag(ref.Namespace)
	check = Check{Check: CheckReplicas, Level: Warn, Workload: ref, Object: name}
	bounds := fmt.Sprintf("between %d and %d", least, most)
	keda := autoscale.ScaledObject(a)
	switch {
	case keda != "" && !change.Edit.Autoscaled: // KEDA itself starts from 0, and undoes what is done to its autoscaler
		check.Level = Refuse
		check.Message = fmt.Sprintf("scaledobject/%s (KEDA) sets the replicas of %s %s: it would change %d again", keda, ref, bounds, wanted)
		check.Next = []string{
			fmt.Sprintf("kubectl annotate scaledobject %s%s autoscaling.keda.sh/paused-replicas=%d --overwrite", keda, in, wanted),
			"kubectl edit scaledobject " + keda + in,
		}
		return check, false
	case change.Edit.TakenOver, wanted > 0 && autoscale.Leaves(a, wanted):
		return Check{}, false
	case autoscale.Leaves(a, wanted):
		check.Message = fmt.Sprintf("%s does nothing while %s has 0 replicas; it acts again when there are some", name, ref)
		return check, false
	case change.Edit.Autoscaled, least > 0 && now == 0 && wanted >= least && wanted <= most:
		check.Message = fmt.Sprintf("%s acts again from now on, and sets the replicas of %s %s", name, ref, bounds)
		return check, true
	}
	check.Level = Refuse
	check.Message = fmt.Sprintf("%s sets the replicas of %s %s: it would change %d again", name, ref, bounds, wanted)
	takeOver := fmt.Sprintf("kubectl app scale %s%s --replicas=%d --take-over", ref, in, wanted)
	low, high := min(wanted, least), wanted // at most so many
	if wanted > now {                       // at least so many
		low, high = wanted, max(wanted, most)
	}
	if wanted > 0 {
		check.Next = []string{fmt.Sprintf(`kubectl patch %s%s --type=merge -p '{"spec":{"minReplicas":%d,"maxReplicas":%d}}'`, name, in, low, high)}
	}
	check.Next = append(check.Next, takeOver)
	return check, false
}
