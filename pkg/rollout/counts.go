package rollout

import (
	"slices"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// attachedFrom fills in the replaced revision of a rollout that was found under way.
func (w *WorkloadState) attachedFrom(all []workload.Revision, current *workload.Revision) {
	if r := Replaced(current, all); r != nil && current != nil {
		w.RevisionFrom, w.ImagesFrom = r.Number, workload.Images(&r.Template)
		w.compareWith(&r.Template, &current.Template)
	}
}

// count fills in what a view shows.
func (e *evaluation) count() {
	w, c := e.seen.Workload, Counts{Desired: e.seen.Workload.Desired, Terminating: e.seen.Workload.Terminating}
	if r := e.revision; r != nil && (!r.ByPods || !e.podsForbidden()) {
		c.Updated, c.Ready, c.Available = r.Total, r.Ready, r.Available
		if r.ByPods {
			c.Available, c.Terminating = min(r.Ready, w.Available), e.terminating()
		}
		for i := range e.seen.Revisions {
			if e.seen.Revisions[i].UID != r.UID {
				c.Old += e.seen.Revisions[i].Total
			}
		}
	} else if e.observed() {
		c.Updated, c.Old = w.Updated, max(w.Total-w.Updated, 0)
		if e.revision != nil { // of all revisions: more is not known
			c.Ready, c.Available = min(w.Ready, w.Updated), min(w.Available, w.Updated)
		}
	} else {
		c.Old = w.Total
	}
	if e.isScale() {
		c = c.surplusAsOld()
	}
	e.next.Counts = c
	e.mark(c)
}

func (e *evaluation) terminating() (n int32) {
	for _, pod := range e.seen.Pods {
		if pod.DeletionTimestamp != nil {
			n++
		}
	}
	return n
}

func (e *evaluation) podsForbidden() bool { return slices.Contains(e.seen.Forbidden, "pods") }
