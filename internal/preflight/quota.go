package preflight

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// checkQuotas looks whether the quotas have room for the pods that a rollout adds before it takes
// old ones away: one request for each namespace, and one more where a LimitRange may matter.
func (c checker) checkQuotas(ctx context.Context, changes []cluster.Change) ([]Check, error) {
	order, in := namespaces(changes)
	found, err := cluster.Each(ctx, order, func(ctx context.Context, namespace string) ([]Check, error) {
		return c.quotaChecks(ctx, namespace, in[namespace])
	})
	return slices.Concat(found...), err
}

func (c checker) quotaChecks(ctx context.Context, namespace string, changes []cluster.Change) ([]Check, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	list, err := cluster.Read(ctx, func(ctx context.Context) (*corev1.ResourceQuotaList, error) {
		return client.CoreV1().ResourceQuotas(namespace).List(ctx, metav1.ListOptions{})
	})
	if err != nil {
		err = cluster.APIError(cluster.Call{Verb: "list", Resource: "resourcequotas", Namespace: namespace, Object: "resourcequotas"}, err)
		if cluster.Is(err, cluster.Forbidden) {
			return []Check{unchecked(changes[0], "resourcequotas", namespace)}, nil
		}
		return nil, err
	}
	if len(list.Items) == 0 {
		return nil, nil
	}
	var ranges []corev1.LimitRange
	if needsDefaults(list.Items, changes) {
		ranges, err = c.LimitRanges(ctx, namespace)
		if cluster.Is(err, cluster.Forbidden) {
			return []Check{unchecked(changes[0], "limitranges", namespace)}, nil
		}
		if err != nil {
			return nil, err
		}
	}
	var checks []Check
	left := list.Items // what the changes before have left of it
	for _, change := range changes {
		r := newRoom(change, ranges)
		checks = append(checks, r.checks(list.Items, left)...)
		left = workload.Reserve(left, r.after, r.added)
	}
	return checks, nil
}

func unchecked(change cluster.Change, resource, namespace string) Check {
	return Check{
		Check: CheckQuota, Level: Note, Workload: change.Ref(), Object: resource,
		Message: "the quotas" + cluster.InNamespace(namespace) + " are not checked: no permission to list " + resource,
	}
}

func needsDefaults(quotas []corev1.ResourceQuota, changes []cluster.Change) bool {
	return slices.ContainsFunc(changes, func(change cluster.Change) bool {
		short := workload.Shortages(quotas, &change.Edit.Template.Spec, 0, nil)
		return slices.ContainsFunc(short, func(s workload.Shortage) bool { return len(s.Undeclared) > 0 })
	})
}

// room is what one rollout needs of the quotas.
type room struct {
	change cluster.Change
	after  *corev1.PodSpec
	// added pods exist beside the old ones, those left out that are given up before.
	added int32
	freed workload.Demand
}

func newRoom(change cluster.Change, ranges []corev1.LimitRange) room {
	w := change.Workload()
	r := room{change: change, after: workload.WithDefaults(&change.Edit.Template.Spec, ranges)}
	if change.Scales() {
		r.added = addedPods(change)
		return r
	}
	if w.Desired == 0 || w.Pod != nil { // no pod is created
		return r
	}
	r.added = max(1, w.Strategy.MaxSurge)
	if w.Strategy.Recreate || change.New {
		r.added = w.Desired
	}
	r.freed = workload.PodDemand(workload.WithDefaults(&w.Template.Spec, ranges)).Times(freedPods(w))
	return r
}

// checks refuses when not even one new pod could be created, whatever old ones the strategy lets go
// before. It warns when there is room for a part of the new pods only, beside those of the release's
// other workloads: the rollout takes longer then. What a template leaves out may come from a webhook, which
// the API server asks before the quotas: that is never refused.
func (r room) checks(quotas, left []corev1.ResourceQuota) []Check {
	if r.added == 0 {
		return nil
	}
	if r.change.Scales() {
		return shortageChecks(r.change, Warn, workload.Shortages(left, r.after, r.added, nil), "not all of them can be created")
	}
	short := workload.Shortages(quotas, r.after, 1, r.freed)
	if slices.ContainsFunc(short, func(s workload.Shortage) bool { return len(s.Undeclared) == 0 }) {
		return shortageChecks(r.change, Refuse, short, "no new pod could be created")
	}
	return shortageChecks(r.change, Warn, workload.Shortages(left, r.after, r.added, r.freed),
		"not all new pods fit at once, and the rollout will be slower")
}

// freedPods go before the first new one has to be created: what may be unavailable, and what an
// earlier rollout has put on top and not finished (deployment controller, reconcileOldReplicaSets).
func freedPods(w *workload.Workload) int32 {
	if w.Strategy.Recreate {
		return w.Total
	}
	return min(max(0, w.Total-(w.Desired-w.Strategy.MaxUnavailable)), w.Total)
}

func shortageChecks(change cluster.Change, level Level, short []workload.Shortage, consequence string) []Check {
	ref := change.Ref()
	var checks []Check
	for _, s := range short {
		check := Check{
			Check: CheckQuota, Level: level, Workload: ref, Object: "resourcequota/" + s.Quota,
			Next: []string{"kubectl describe resourcequota " + s.Quota + cluster.InFlag(ref.Namespace)},
		}
		if len(s.Undeclared) > 0 {
			check.Level = Warn
			check.Message = fmt.Sprintf("resourcequota/%s admits only pods that set %s, and container %s of %s does not: no new pod can be created, unless a webhook sets it",
				s.Quota, s.Resource, s.Undeclared[0], ref)
		} else {
			check.Message = fmt.Sprintf("resourcequota/%s has %s of %s left (%s of %s used), and %s needs %s for its new pods: %s",
				s.Quota, s.Free.String(), s.Resource, s.Used.String(), s.Hard.String(), ref, s.Need.String(), consequence)
		}
		checks = append(checks, check)
	}
	return checks
}
