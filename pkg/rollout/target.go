package rollout

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Created tells whether the release has created the workload.
func (w *WorkloadState) Created() bool { return w.Target.isNew() }

// isNew tells whether the workload was created by the change.
func (t *Target) isNew() bool { return t.Baseline != nil && t.Baseline.New }

// superseded says who has changed or replaced the object since our write, or returns "". Changed replicas (HPA, scale)
// make a new generation of the same template and supersede nothing.
func (e *evaluation) superseded() string {
	w, t := e.seen.Workload, &e.next.Target
	switch {
	case w == nil, w.Deleting:
		e.next.Deleted = true
		return fmt.Sprintf("%s was deleted", t.Name)
	case t.UID != "" && w.UID != t.UID:
		e.next.Deleted = true
		return fmt.Sprintf("%s was deleted and created again", t.Name)
	case t.Replicas != nil:
		return e.rescaled()
	case t.Template == nil || w.Generation < t.Generation || w.Generation == e.was.memory.checked:
		return ""
	case !workload.SameTemplate(t.Template, &w.Template):
		if r := RolledBackElsewhere(e.next, e.seen); r != nil {
			return fmt.Sprintf("rolled back to revision %d meanwhile, by another job or person", r.Number)
		}
		return "the template was changed" + templateWriter(w)
	}
	e.next.memory.checked = w.Generation
	return ""
}

// templateWriter is " by kubectl set at 12:03:04", or what of that is known.
func templateWriter(w *workload.Workload) string {
	name, at := w.TemplateWriter()
	if name == "" {
		return " by someone else"
	}
	return fmt.Sprintf(" by %s at %s", name, at.Format(time.TimeOnly))
}

// RolledBackElsewhere returns the earlier revision whose template a workload has again: another job, or a
// person, takes back what was watched here. It is nil otherwise.
func RolledBackElsewhere(w *WorkloadState, seen diagnosis.Observed) *workload.Revision {
	if seen.Workload == nil || w.Target.Template == nil || workload.SameTemplate(w.Target.Template, &seen.Workload.Template) {
		return nil
	}
	limit := w.numberOfOurs(seen.Revisions)
	for i := range seen.Revisions {
		r := &seen.Revisions[i]
		if r.UID != w.memory.revision && workload.SameTemplate(&r.Template, &seen.Workload.Template) &&
			(madeBefore(r, limit) || slices.Contains(w.memory.earlier, r.UID)) {
			return r
		}
	}
	return nil
}

// numberOfOurs is the number that our revision has, or will have at least.
func (w *WorkloadState) numberOfOurs(revisions []workload.Revision) int64 {
	for i := range revisions {
		if r := &revisions[i]; r.UID == w.memory.revision {
			return r.Number
		}
	}
	return w.RevisionFrom + 1
}

// madeBefore tells by its numbers whether a revision was made before the one that got the number limit. One that is used
// again gets a new number; a ReplicaSet keeps its old ones in an annotation of the controller. Times of creation are whole
// seconds, which is too coarse.
func madeBefore(r *workload.Revision, limit int64) bool {
	return r.Number > 0 && r.Number < limit || r.Annotations[workload.AnnotationRevisionHistory] != ""
}

// remember keeps which revisions are earlier ones: a revision that is used again may be seen with its new number before the
// workload is seen with its template.
func (e *evaluation) remember() {
	limit := e.next.numberOfOurs(e.seen.Revisions)
	for i := range e.seen.Revisions {
		r := &e.seen.Revisions[i]
		if known := e.next.memory.earlier; r.Number > 0 && r.Number < limit && !slices.Contains(known, r.UID) {
			e.next.memory.earlier = append(slices.Clip(known), r.UID)
		}
	}
}

// attach waits for the generation of our write. Without a generation or template in the target, the first snapshot
// provides them.
func (e *evaluation) attach() bool {
	w, t := e.seen.Workload, &e.next.Target
	if w.Generation < t.Generation {
		return false
	}
	t.UID = w.UID
	if t.Generation == 0 {
		t.Generation = w.Generation
	}
	if t.Template == nil && t.Replicas == nil {
		t.Template = w.Template.DeepCopy()
		e.next.ImagesTo = workload.Images(t.Template)
		e.next.compare()
		e.next.memory.checked = w.Generation
	}
	return true
}

// observed tells whether the status is about the present generation.
func (e *evaluation) observed() bool {
	w := e.seen.Workload
	return w.ObservedGeneration >= w.Generation && w.ObservedGeneration >= e.next.Target.Generation
}

// currentRevision compares templates only until the revision is known: that is the dear part of a
// step.
func (e *evaluation) currentRevision() *workload.Revision {
	if uid := e.was.memory.revision; uid != "" {
		for i := range e.seen.Revisions {
			if e.seen.Revisions[i].UID == uid {
				return &e.seen.Revisions[i]
			}
		}
	}
	if r := workload.Current(e.seen.Workload, e.seen.Revisions); r != nil {
		e.next.memory.revision = r.UID
		return r
	}
	return e.onlyRevision()
}

// onlyRevision is the revision of all pods, where the status says that all are of the present template. It is
// looked for anew in each step: the pods may be seen later than the status.
func (e *evaluation) onlyRevision() *workload.Revision {
	w := e.seen.Workload
	if !e.observed() || w.Updated == 0 || w.Updated != w.Total {
		return nil
	}
	var only *workload.Revision
	for i := range e.seen.Revisions {
		if r := &e.seen.Revisions[i]; r.ByPods && r.Total > 0 {
			if only != nil {
				return nil
			}
			only = r
		}
	}
	return only
}
