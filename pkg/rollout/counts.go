package rollout

import (
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// attachedFrom names the revision that a rollout replaced that was found under way.
func (w *WorkloadState) attachedFrom(all []workload.Revision, current *workload.Revision) {
	if r := Replaced(current, all); r != nil && current != nil {
		w.RevisionFrom, w.ImagesFrom = r.Number, workload.Images(&r.Template)
		w.compareWith(&r.Template, &current.Template)
	}
}

// count fills in what a view shows.
func (j *judge) count() {
	w, c := j.seen.Workload, Counts{Desired: j.seen.Workload.Desired, Terminating: j.seen.Workload.Terminating}
	if r := j.revision; r != nil {
		c.Updated, c.Ready, c.Available = r.Total, r.Ready, r.Available
		if r.ByPods {
			c.Available, c.Terminating = min(r.Ready, w.Available), j.terminating()
		}
		for i := range j.seen.Revisions {
			if j.seen.Revisions[i].UID != r.UID {
				c.Old += j.seen.Revisions[i].Total
			}
		}
	} else if j.observed() {
		c.Updated, c.Old = w.Updated, max(w.Total-w.Updated, 0)
	} else {
		c.Old = w.Total
	}
	j.next.Counts = c
	j.mark(c)
}

func (j *judge) terminating() (n int32) {
	for _, pod := range j.seen.Pods {
		if pod.DeletionTimestamp != nil {
			n++
		}
	}
	return n
}
