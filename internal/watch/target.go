package watch

import (
	"maps"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// target is the cache of one workload and what belongs to it.
type target struct {
	ref workload.Ref
	// selector of the workload, as given or as last seen; nil while it is not known.
	selector *metav1.LabelSelector

	deployment *appsv1.Deployment
	sets       map[types.UID]*appsv1.ReplicaSet
	pods       map[types.UID]*corev1.Pod
	events     map[types.UID]*corev1.Event
	claims     map[types.UID]*corev1.PersistentVolumeClaim
	logs       map[rollout.LogKey]rollout.Log

	changed  bool // since observed was built
	observed rollout.Observed
}

func newTarget(t Target) *target {
	return &target{
		ref: t.Ref, selector: t.Selector, changed: true,
		sets:   map[types.UID]*appsv1.ReplicaSet{},
		pods:   map[types.UID]*corev1.Pod{},
		events: map[types.UID]*corev1.Event{},
		claims: map[types.UID]*corev1.PersistentVolumeClaim{},
		logs:   map[rollout.LogKey]rollout.Log{},
	}
}

// holds tells whether an object of that UID is known here.
func (t *target) holds(uid types.UID) bool {
	if t.deployment != nil && t.deployment.UID == uid {
		return true
	}
	if _, ok := t.sets[uid]; ok {
		return true
	}
	_, ok := t.pods[uid]
	return ok
}

// observe returns what is known, built anew only after a change: slices that were handed out stay as they are.
func (t *target) observe(blind []string) rollout.Observed {
	if !t.changed {
		return t.observed
	}
	t.changed = false
	o := rollout.Observed{Events: sorted(t.events), Claims: sorted(t.claims), Logs: maps.Clone(t.logs), Blind: blind}
	if t.deployment != nil {
		o.Workload = workload.FromDeployment(t.deployment)
		o.Revisions = workload.FromReplicaSets(o.Workload, slices.Collect(maps.Values(t.sets)))
	}
	o.Pods = t.owned(o.Revisions)
	t.observed = o
	return o
}

// owned returns the pods of the revisions, by name. A pod may come before its ReplicaSet does.
func (t *target) owned(revisions []workload.Revision) []*corev1.Pod {
	owners := make(map[types.UID]bool, len(revisions))
	for i := range revisions {
		owners[revisions[i].UID] = true
	}
	pods := make([]*corev1.Pod, 0, len(t.pods))
	for _, p := range t.pods {
		if owner := metav1.GetControllerOfNoCopy(p); owner != nil && owners[owner.UID] {
			pods = append(pods, p)
		}
	}
	slices.SortFunc(pods, func(a, b *corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
	return pods
}

// sorted returns objects by name, which for events of one object is by age.
func sorted[T object](all map[types.UID]T) []T {
	return slices.SortedFunc(maps.Values(all), func(a, b T) int { return strings.Compare(a.GetName(), b.GetName()) })
}
