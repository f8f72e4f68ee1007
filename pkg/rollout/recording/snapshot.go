package recording

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// snapshot is the stage as the watcher would show it: events of pods and logs only as far as they
// were wanted.
func (s *stage) snapshot(refs []workload.Ref, wants rollout.Wants) rollout.Snapshot {
	snapshot := make(rollout.Snapshot, len(refs))
	for _, ref := range refs {
		if w := s.workload(ref); w != nil {
			snapshot[ref] = s.observed(ref, w, wants)
		} else if s.gone[ref] {
			snapshot[ref] = rollout.Observed{}
		}
	}
	return snapshot
}

func (s *stage) observed(ref workload.Ref, w *workload.Workload, wants rollout.Wants) rollout.Observed {
	o := rollout.Observed{Workload: w, Revisions: s.revisionsOf(ref, w), Logs: s.logs}
	o.Events = append(o.Events, s.events[w.UID]...)
	for _, r := range o.Revisions {
		o.Pods = append(o.Pods, s.pods[r.UID]...)
		o.Events = append(o.Events, s.events[r.UID]...)
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
	d := s.deployments[ref]
	if d == nil {
		return nil
	}
	w := workload.FromDeployment(d)
	s.workloads[ref] = w
	return w
}

func (s *stage) revisionsOf(ref workload.Ref, w *workload.Workload) []workload.Revision {
	if r, ok := s.revisions[ref]; ok {
		return r
	}
	var sets []*appsv1.ReplicaSet
	for _, rs := range s.sets {
		if owner := metav1.GetControllerOfNoCopy(rs); owner != nil && owner.UID == w.UID {
			sets = append(sets, rs)
		}
	}
	r := workload.FromReplicaSets(w, sets)
	s.revisions[ref] = r
	return r
}

// refs are the workloads that are there, in a stable order.
func (s *stage) refs() []workload.Ref {
	var refs []workload.Ref
	for ref := range s.deployments {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, func(a, b workload.Ref) int {
		if a.Namespace != b.Namespace {
			return compare(a.Namespace, b.Namespace)
		}
		return compare(a.Name, b.Name)
	})
	return refs
}
