package preflight

import (
	"context"
	"fmt"
	"slices"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// checkAutoscalers looks for HorizontalPodAutoscalers that set the replicas of a workload: one request for each namespace.
// The changes returned know whether an autoscaler takes them over.
func (c checker) checkAutoscalers(ctx context.Context, changes []cluster.Change) ([]cluster.Change, []Check, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, nil, err
	}
	order, in := namespaces(changes)
	var checks []Check
	changes = slices.Clone(changes)
	for _, namespace := range order {
		list, err := cluster.Read(ctx, func(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscalerList, error) {
			return client.AutoscalingV2().HorizontalPodAutoscalers(namespace).List(ctx, metav1.ListOptions{})
		})
		if err != nil {
			err = cluster.APIError(cluster.Call{Verb: "list", Resource: "horizontalpodautoscalers", Namespace: namespace, Object: "horizontalpodautoscalers"}, err)
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
			for k := range list.Items {
				if a := &list.Items[k]; changes[i].GetNamespace() == namespace && scales(a, changes[i].Ref()) {
					check, takesOver := autoscalerCheck(changes[i].Ref(), changes[i].Replicas(), *changes[i].Edit.Replicas, a)
					checks, changes[i].Edit.Autoscaled = append(checks, check), changes[i].Edit.Autoscaled || takesOver
				}
			}
		}
	}
	return changes, checks, nil
}

// scales tells whether an autoscaler sets the replicas of a workload.
func scales(a *autoscalingv2.HorizontalPodAutoscaler, ref workload.Ref) bool {
	target := a.Spec.ScaleTargetRef
	k := workload.KindNamed(target.Kind)
	group, _, grouped := strings.Cut(target.APIVersion, "/")
	if !grouped {
		group = ""
	}
	return k != nil && k.Kind == ref.Kind && target.Name == ref.Name && k.Group == group
}

// autoscalerCheck says what an autoscaler does to a number. With 0 replicas it does nothing, unless its own minimum is 0
// (horizontal.go in k8s.io/kubernetes/pkg/controller/podautoscaler); a number within its bounds makes it act again: takesOver.
func autoscalerCheck(ref workload.Ref, now, wanted int32, a *autoscalingv2.HorizontalPodAutoscaler) (check Check, takesOver bool) {
	least, most := int32(1), a.Spec.MaxReplicas
	if a.Spec.MinReplicas != nil {
		least = *a.Spec.MinReplicas
	}
	name, in := "horizontalpodautoscaler/"+a.Name, cluster.InFlag(ref.Namespace)
	check = Check{Check: CheckReplicas, Level: Warn, Workload: ref, Object: name}
	bounds := fmt.Sprintf("between %d and %d", least, most)
	switch {
	case least > 0 && wanted == 0:
		check.Message = fmt.Sprintf("%s does nothing while %s has 0 replicas; it acts again when there are some", name, ref)
		return check, false
	case least > 0 && now == 0 && wanted >= least && wanted <= most:
		check.Message = fmt.Sprintf("%s acts again from now on, and sets the replicas of %s %s", name, ref, bounds)
		return check, true
	}
	check.Level = Refuse
	check.Message = fmt.Sprintf("%s sets the replicas of %s %s: it would change %d again", name, ref, bounds, wanted)
	if keda := scaledObject(a); keda != "" {
		check.Message = fmt.Sprintf("scaledobject/%s (KEDA) sets the replicas of %s %s: it would change %d again", keda, ref, bounds, wanted)
		check.Next = []string{
			"kubectl annotate scaledobject " + keda + in + fmt.Sprintf(" autoscaling.keda.sh/paused-replicas=%d --overwrite", wanted),
			"kubectl edit scaledobject " + keda + in,
		}
		return check, false
	}
	if wanted == 0 { // its minimum is 0, so that it acts at 0 replicas, too
		check.Next = []string{"kubectl describe " + name + in}
		return check, false
	}
	patch := func(low, high int32) string {
		return fmt.Sprintf(`kubectl patch %s%s --type=merge -p '{"spec":{"minReplicas":%d,"maxReplicas":%d}}'`, name, in, low, high)
	}
	if wanted > now { // at least so many; or at most
		check.Next = []string{patch(wanted, max(wanted, most))}
	} else {
		check.Next = []string{patch(min(wanted, least), wanted)}
	}
	if exactly := patch(wanted, wanted); exactly != check.Next[0] {
		check.Next = append(check.Next, exactly)
	}
	return check, false
}

// scaledObject is the KEDA ScaledObject that has made an autoscaler, or "".
func scaledObject(a *autoscalingv2.HorizontalPodAutoscaler) string {
	if maker := metav1.GetControllerOfNoCopy(a); maker != nil && maker.Kind == "ScaledObject" && strings.HasPrefix(maker.APIVersion, "keda.sh/") {
		return maker.Name
	}
	return ""
}
