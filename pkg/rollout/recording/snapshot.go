package recording

import (
	"cmp"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// snapshot is the stage as the watcher would show it: events of pods and logs only as far as they
// were wanted.
func (s *stage) snapshot(refs []workload.Ref, wants diagnosis.Wants) rollout.Snapshot {
	snapshot := make(rollout.Snapshot, len(refs))
	for _, ref := range refs {
		if w := s.workload(ref); w != nil {
			snapshot[ref] = s.observed(ref, w, wants)
		} else if s.gone[ref] {
			snapshot[ref] = diagnosis.Observed{}
		}
	}
	return snapshot
}

func (s *stage) observed(ref workload.Ref, w *workload.Workload, wants diagnosis.Wants) diagnosis.Observed {
	o := diagnosis.Observe(w, s.revisionsOf(ref, w), s.pods)
	o.Logs = s.logs
	o.Events = append(o.Events, s.events[w.UID]...)
	for i := range o.Revisions {
		o.Events = append(o.Events, s.events[o.Revisions[i].UID]...)
	}
	for uid := range wants.Events {
		o.Events = append(o.Events, s.events[uid]...)
	}
	for _, e := range s.claimEvents {
		if e.InvolvedObject.Namespace == w.Namespace {
			o.Events = append(o.Events, e)
		}
	}
	for _, c := range s.claims {
		if c.Namespace == w.Namespace {
			o.Claims = append(o.Claims, c)
		}
	}
	return o
}

func (s *stage) workload(ref workload.Ref) *workload.Workload {
	if w := s.workloads[ref]; w != nil {
		return w
	}
	o, ok := s.objects[ref]
	if p := s.podByName[types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}]; !ok && p != nil {
		o, ok = workload.ObjectOf(p)
	}
	if !ok || o.Kind.Kind != ref.Kind {
		return nil
	}
	w := o.Workload()
	s.workloads[ref] = w
	return w
}

func (s *stage) revisionsOf(ref workload.Ref, w *workload.Workload) []workload.Revision {
	if r, ok := s.revisions[ref]; ok {
		return r
	}
	r := workload.ReadRevisions(w, slices.Collect(maps.Values(s.history)))
	s.revisions[ref] = r
	return r
}

// refs are the workloads that are there, in a stable order.
func (s *stage) refs() []workload.Ref {
	var refs []workload.Ref
	for ref := range s.objects {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, func(a, b workload.Ref) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind))
	})
	return refs
}
