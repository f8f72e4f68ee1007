package rollout

import (
	"fmt"
	"slices"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// CaptureReplicas records a workload before a change of its replicas. It serves if all its pods are available; their
// revisions do not matter.
func CaptureReplicas(w *workload.Workload) *Baseline {
	return &Baseline{Workload: w, Serving: w.ObservedGeneration >= w.Generation && w.Desired > 0 && w.Available >= w.Desired}
}

// Scaled tells whether the captured workload has the pods that its replicas ask for, and no more.
func (b *Baseline) Scaled() bool {
	w := b.Workload
	if w.ObservedGeneration < w.Generation || w.Available < w.Desired {
		return false
	}
	if rolling := w.Updated > 0 && w.Updated < w.Total; rolling && w.Strategy.MaxSurge > 0 {
		return w.Total <= w.Desired+w.Strategy.MaxSurge
	}
	return w.Total == w.Desired && w.Terminating == 0
}

// rescaled says who has changed the replicas since our write, or returns "". A new template is no matter of a scale.
func (e *evaluation) rescaled() string {
	w, t := e.seen.Workload, &e.next.Target
	if w.Generation < t.Generation || w.Desired == *t.Replicas || t.Autoscaled && w.Desired > 0 {
		return ""
	}
	by := " by someone else"
	if name, _ := w.ReplicasWriter(); name != "" {
		by = " by " + name
	}
	return fmt.Sprintf("the replicas were set to %d%s", w.Desired, by)
}

// mergeRevisions is a workload as a change of its replicas sees it. All of its pods count, of whatever revision. A pause, a
// partition and a surge do not: the wanted number of pods has to be available, and a surplus has to be gone. While another
// template is rolled out, pods come and go all the time, and a surge is no surplus.
func (t *Target) mergeRevisions(seen diagnosis.Observed) (scaled diagnosis.Observed, rolling bool) {
	w, whole := *seen.Workload, mergedRevision(seen)
	rolling = !whole.ByPods && manyRevisions(seen.Revisions)
	leaving := int32(0)
	for _, p := range seen.Pods {
		if p.DeletionTimestamp != nil {
			leaving++
		}
	}
	down := t.Baseline != nil && max(t.Baseline.Workload.Desired, t.Baseline.Workload.Total) > w.Desired
	switch {
	case rolling && w.Total > w.Desired && w.Total <= w.Desired+w.Strategy.MaxSurge:
		w.Total = w.Desired
	case down && !rolling:
		// The status does not count pods that are being deleted, and the pods may be seen later than it.
		w.Total = max(w.Total, seen.SettledElse(nil)+present(seen))
		if slices.Contains(seen.Forbidden, "pods") {
			w.Total += w.Terminating
		}
	}
	w.Terminating = max(leaving, w.Terminating)
	w.Updated, w.Paused, w.Conditions, w.Strategy = w.Total, false, nil, w.Strategy.ForReplicas(w.Desired, down)
	seen.Workload, seen.Settled = &w, mergedSettled(&seen, whole.Key)
	seen.Revisions = []workload.Revision{whole}
	return seen, rolling
}

// present counts the pods that are there, those that are being deleted included. One that ended by itself stays for long.
func present(seen diagnosis.Observed) (n int32) {
	for _, p := range seen.Pods {
		if p.DeletionTimestamp != nil || !diagnosis.Ended(p) {
			n++
		}
	}
	return n
}

func manyRevisions(revisions []workload.Revision) bool {
	n := 0
	for i := range revisions {
		if revisions[i].Total > 0 {
			n++
		}
	}
	return n > 1
}

// mergedRevision stands for the pods of all revisions.
func mergedRevision(seen diagnosis.Observed) workload.Revision {
	w := seen.Workload
	whole := workload.Revision{Name: w.Name, UID: w.UID, Key: workload.RevisionKey{Owner: w.UID}, Whole: true, Template: w.Template, Desired: w.Desired}
	for i := range seen.Revisions {
		r := &seen.Revisions[i]
		whole.Total, whole.Ready, whole.Available = whole.Total+r.Total, whole.Ready+r.Ready, whole.Available+r.Available
		whole.ByPods = r.ByPods
		if r.Failure != nil && r.Total < r.Desired {
			whole.Name, whole.Failure = r.Name, r.Failure
		}
	}
	if !whole.ByPods { // the status counts all pods, and may be ahead of the ReplicaSets
		whole.Total, whole.Ready, whole.Available = w.Total, w.Ready, w.Available
	}
	return whole
}

func mergedSettled(seen *diagnosis.Observed, key workload.RevisionKey) map[workload.RevisionKey]diagnosis.Settled {
	if len(seen.Settled) == 0 {
		return nil
	}
	var all diagnosis.Settled
	for _, s := range seen.Settled {
		all.Count += s.Count
		if s.Readied.After(all.Readied) {
			all.Readied = s.Readied
		}
	}
	return map[workload.RevisionKey]diagnosis.Settled{key: all}
}

// surplusAsOld counts the pods beyond the replicas as old ones.
func (c Counts) surplusAsOld() Counts {
	c.Old = max(c.Updated-c.Desired, 0)
	c.Updated -= c.Old
	c.Scale = true
	c.Ready, c.Available = min(c.Ready, c.Desired), min(c.Available, c.Desired)
	return c
}

// enough tells whether the wanted number of pods is ready while another template is rolled out: what becomes of the other
// pods is the matter of that rollout.
func (e *evaluation) enough() bool {
	return e.rolling && e.diagnosis.Complete && e.diagnosis.Ready >= int(e.seen.Workload.Desired)
}

// surplus tells whether a scale has more pods than wanted: which of them stay is not known before the others are gone.
func (e *evaluation) surplus() bool {
	return e.isScale() && e.seen.Workload.Total > e.seen.Workload.Desired
}

// isScale tells whether the change is one of the replicas.
func (e *evaluation) isScale() bool { return e.next.Target.Replicas != nil }

// scaleOf is the change of the replicas; nil for any other change.
func scaleOf(t *Target) *FromTo[int32] {
	if t.Replicas == nil || t.Baseline == nil {
		return nil
	}
	return &FromTo[int32]{t.Baseline.Workload.Desired, *t.Replicas}
}
