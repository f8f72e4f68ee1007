package watch

import (
	"cmp"
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
	pods    map[types.UID]*corev1.Pod
	// order holds the pods by name, without the changes since it was made.
	order  []*corev1.Pod
	moved  map[types.UID]bool // these changes
	events map[types.UID]*corev1.Event
	claims map[types.UID]*corev1.PersistentVolumeClaim
	logs   map[diagnosis.LogKey]diagnosis.Log

	// workload and revisions are read from the objects; nil after a change of these.
	workload  *workload.Workload
	revisions []workload.Revision

	changed  bool // since observed was built
	observed diagnosis.Observed
}

func newTarget(t Target) *target {
	return &target{
		ref: t.Ref, selector: t.Selector, changed: true,
		history: map[types.UID]workload.API{},
		pods:    map[types.UID]*corev1.Pod{},
		moved:   map[types.UID]bool{},
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
	_, ok := t.pods[uid]
	return ok
}

// observe returns what is known, built anew only after a change: slices that were handed out stay as they are.
func (t *target) observe(forbidden []string) diagnosis.Observed {
	if !t.changed {
		return t.observed
	}
	t.changed = false
	o := diagnosis.Observed{}
	if w := t.read(); w != nil {
		o = diagnosis.Observe(w, t.revisions, t.byName())
	}
	o.Events, o.Claims, o.Logs, o.Forbidden = sorted(t.events), sorted(t.claims), maps.Clone(t.logs), forbidden
	t.observed = o
	return o
}

// read brings workload and revisions up to date; nil if there is no workload.
func (t *target) read() *workload.Workload {
	if t.object == nil {
		return nil
	}
	if t.workload == nil {
		t.workload = workload.Object{API: t.object, Kind: workload.KindNamed(t.ref.Kind)}.Workload()
		t.revisions = nil // they may have been another's
	}
	if t.revisions == nil {
		t.revisions = workload.ReadRevisions(t.workload, slices.Collect(maps.Values(t.history)))
	}
	return t.workload
}

func (t *target) setPod(p *corev1.Pod) { t.pods[p.UID], t.moved[p.UID] = p, true }

func (t *target) unsetPod(p *corev1.Pod) {
	delete(t.pods, p.UID)
	t.moved[p.UID] = true
}

// byName returns the pods by name. Of thousands few change between two snapshots: only these are sorted. The slice
// is a new one after each change, since snapshots hold the old one.
func (t *target) byName() []*corev1.Pod {
	if len(t.moved) == 0 {
		return t.order
	}
	var fresh []*corev1.Pod
	for uid := range t.moved {
		if p := t.pods[uid]; p != nil {
			fresh = append(fresh, p)
		}
	}
	slices.SortFunc(fresh, podOrder)
	merged := make([]*corev1.Pod, 0, len(t.pods))
	for _, p := range t.order {
		if t.moved[p.UID] {
			continue
		}
		for len(fresh) > 0 && podOrder(fresh[0], p) < 0 {
			merged, fresh = append(merged, fresh[0]), fresh[1:]
		}
		merged = append(merged, p)
	}
	merged = append(merged, fresh...)
	t.order = merged
	clear(t.moved)
	return t.order
}

func podOrder(a, b *corev1.Pod) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.UID, b.UID))
}

// sorted returns objects by name, which for events of one object is by age.
func sorted[T object](all map[types.UID]T) []T {
	return slices.SortedFunc(maps.Values(all), func(a, b T) int { return strings.Compare(a.GetName(), b.GetName()) })
}
