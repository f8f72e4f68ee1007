package preflight

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// checkStrategies says which pods the strategy of a workload does not replace, and with details how the others
// are replaced.
func checkStrategies(changes []cluster.Change, details bool) []Check {
	var checks []Check
	for _, change := range changes {
		w := change.Workload()
		message, next := "", []string(nil)
		switch {
		case w.Pod != nil:
			message = restarts(change)
		case w.Strategy.OnDelete:
			message = fmt.Sprintf("%s has the update strategy OnDelete: a pod is replaced only when it is deleted", w.Ref)
		case w.Desired > 0 && w.Goal() == 0:
			message = fmt.Sprintf("the partition of %s is not below its %s: no pod is replaced", w.Ref, replicas(w.Desired))
			next = []string{fmt.Sprintf(`kubectl patch %s%s -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}'`, w.Ref, cluster.InFlag(w.Namespace))}
		case details:
			message = inPlace(w)
		}
		if message != "" {
			checks = append(checks, Check{Check: CheckStrategy, Level: Warn, Workload: w.Ref, Object: w.Ref.String(), Message: message, Next: next})
		}
	}
	return checks
}

// restarts names the containers of a pod that a change restarts, or returns "".
func restarts(change cluster.Change) string {
	names := workload.Restarted(change.Template(), &change.Edit.Template)
	switch len(names) {
	case 0:
		return ""
	case 1:
		if until := workload.BackOffEnd(change.Workload().Pod, names[0]); !until.IsZero() {
			return fmt.Sprintf("%s: container %s waits in its back-off until about %s; the kubelet may start it with the new image only then", change.Ref(), names[0], until.UTC().Format("15:04:05 UTC"))
		}
		return fmt.Sprintf("%s: the kubelet restarts container %s, and the pod does not serve meanwhile", change.Ref(), names[0])
	}
	return fmt.Sprintf("%s: the kubelet restarts the containers %s, and the pod does not serve meanwhile", change.Ref(), strings.Join(names, ", "))
}

// inPlace says what is missing while pods are replaced in place, or returns "".
func inPlace(w *workload.Workload) string {
	switch {
	case !w.Strategy.InPlace || w.Desired == 0:
		return ""
	case w.PerNode:
		return fmt.Sprintf("%s has no surge: each node is without its pod while that pod is replaced", w.Ref)
	case w.Desired <= w.Strategy.MaxUnavailable:
		return fmt.Sprintf("%s has no surge: it does not serve while its %s replaced", w.Ref, isOrAre(w.Desired))
	}
	return fmt.Sprintf("%s has no surge: up to %d of its %d pods do not serve while they are replaced", w.Ref, w.Strategy.MaxUnavailable, w.Desired)
}

func replicas(n int32) string {
	if n == 1 {
		return "1 replica"
	}
	return fmt.Sprintf("%d replicas", n)
}

func isOrAre(n int32) string {
	if n == 1 {
		return "pod is"
	}
	return fmt.Sprintf("%d pods are", n)
}

// checkNodes counts the nodes that are left to a DaemonSet whose new template wants other nodes. Its controller
// deletes the pods on all the others. Who may not list nodes is not told.
func (c checker) checkNodes(ctx context.Context, changes []cluster.Change) ([]Check, error) {
	var checks []Check
	var nodes []corev1.Node
	for _, change := range changes {
		w := change.Workload()
		if !w.PerNode || w.Desired == 0 || workload.SamePlacement(change.Template(), &change.Edit.Template) {
			continue
		}
		if nodes == nil {
			list, err := c.nodes(ctx)
			if cluster.Is(err, cluster.Forbidden) {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
			nodes = list
		}
		before, after := workload.NodesFor(change.Template(), nodes), workload.NodesFor(&change.Edit.Template, nodes)
		check := Check{Check: CheckStrategy, Level: Warn, Workload: w.Ref, Object: w.Ref.String(), Next: []string{"kubectl get nodes --show-labels"}}
		switch {
		case after == 0:
			check.Level = Refuse
			check.Message = fmt.Sprintf("no node matches the node selector, affinity and tolerations of the new template of %s: all its pods would be deleted", w.Ref)
		case after < before:
			check.Message = fmt.Sprintf("the new template of %s matches %d of the %d nodes that it runs on: its pods on the others are deleted", w.Ref, after, before)
		default:
			continue
		}
		checks = append(checks, check)
	}
	return checks, nil
}

func (c checker) nodes(ctx context.Context) (nodes []corev1.Node, err error) {
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	err = cluster.Pages(ctx, metav1.ListOptions{}, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return client.CoreV1().Nodes().List(ctx, o)
	}, func(page runtime.Object) error {
		return meta.EachListItem(page, func(o runtime.Object) error {
			if node, ok := o.(*corev1.Node); ok {
				node.ManagedFields, node.Status.Images = nil, nil // most of its size
				nodes = append(nodes, *node)
			}
			return nil
		})
	})
	if err != nil {
		return nil, cluster.APIError(cluster.Call{Verb: "list", Resource: "nodes", Namespace: "", Object: "nodes"}, err)
	}
	return nodes, nil
}
