package watch

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// target is the cache of one workload and what belongs to it.
type target struct {
	ref workload.Ref
	// selector of the workload, as given or as last seen; nil while it is not known.
	selector *metav1.LabelSelector

	object  workload.API               // nil while it does not exist
	history map[types.UID]workload.API // the objects that hold its revisions
	pods    *diagnosis.PodSet
	events  map[types.UID]*corev1.Event
	claims  map[types.UID]*corev1.PersistentVolumeClaim
	logs    map[diagnosis.LogKey]diagnosis.Log

	// workload and revisions are read from the objects. revisions are nil after a change.
	workload  *workload.Workload
	revisions []workload.Revision

	changed  bool // since observed was built
	version  int64
	observed diagnosis.Observed
}

func newTarget(t Target, keep int) *target {
	return &target{
		ref: t.Ref, selector: t.Selector, changed: true,
		history: map[types.UID]workload.API{},
		pods:    diagnosis.NewPodSet(keep),
		events:  map[types.UID]*corev1.Event{},
		claims:  map[types.UID]*corev1.PersistentVolumeClaim{},
		logs:    map[diagnosis.LogKey]diagnosis.Log{},
	}
}

// holds tells whether an object of that UID is known here.
func (t *target) holds(uid types.UID) bool {
	if t.object != nil && t.object.GetUID() == uid {
		return true
	}
	if _, ok := t.history[uid]; ok {
		return true
	}
	return t.pods.Has(uid)
}

// observe returns what is known, built anew only after a change: slices that were handed out stay as they are.
func (t *target) observe(forbidden []string) diagnosis.Observed {
	if !t.changed {
		return t.observed
	}
	t.changed = false
	t.version++
	o := diagnosis.Observed{}
	if t.workload != nil {
		if t.revisions == nil {
			t.revisions = workload.ReadRevisions(t.workload, slices.Collect(maps.Values(t.history)))
		}
		o = diagnosis.Observe(t.workload, t.revisions, t.pods)
	}
	o.Version = t.version
	o.Events, o.Claims, o.Logs, o.Forbidden = sorted(t.events), sorted(t.claims), maps.Clone(t.logs), forbidden
	t.observed = o
	return o
}

// take removes an object from a map, and returns it.
func take[T object](all map[types.UID]T, uid types.UID) T {
	o := all[uid]
	delete(all, uid)
	return o
}

// sorted returns objects by name, which for events of one object is by age.
func sorted[T object](all map[types.UID]T) []T {
	return slices.SortedFunc(maps.Values(all), func(a, b T) int { return strings.Compare(a.GetName(), b.GetName()) })
}
