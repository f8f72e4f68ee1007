package rollout

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// FallbackRevision returns the number of the revision to go back to if the one before the change was not serving: the
// newest other revision with the verdict good or, without one, the newest with available pods; 0 if there is none.
func FallbackRevision(revisions []workload.Revision, before *Baseline, template *corev1.PodTemplateSpec) int64 {
	var good, serving int64
	for i := range revisions {
		r := &revisions[i]
		was := before != nil && before.Revision != nil && r.UID == before.Revision.UID
		if was || workload.SameTemplate(&r.Template, template) {
			continue
		}
		verdict := VerdictOf(r)
		if verdict != nil && verdict.Outcome == VerdictGood {
			good = max(good, r.Number)
		}
		if r.Available > 0 && (verdict == nil || verdict.Outcome != VerdictFailed) {
			serving = max(serving, r.Number)
		}
	}
	if good > 0 {
		return good
	}
	return serving
}

// Replaced returns the revision that the current one replaced, nil if none is kept. current is nil while
// the controller has not made it. A template is numbered anew whenever it comes into use.
func Replaced(current *workload.Revision, revisions []workload.Revision) *workload.Revision {
	var previous *workload.Revision
	for i := range revisions {
		r := &revisions[i]
		if (current == nil || r.UID != current.UID) && (previous == nil || r.Number > previous.Number) {
			previous = r
		}
	}
	return previous
}

// BaselineOfRollout returns the revision that a rollout under way has replaced. Its verdict and its pods tell whether it was
// serving; if not, doubt says why it is not safe to go back to it. before is nil if there is no such revision.
func BaselineOfRollout(w *workload.Workload, revisions []workload.Revision, pods diagnosis.PodCounts) (before *Baseline, doubt string) {
	current := workload.Current(w, revisions)
	previous := Replaced(current, revisions)
	if previous == nil {
		return nil, fmt.Sprintf("%s has no earlier revision", w.Ref)
	}
	was := *w
	was.Template = *previous.Template.DeepCopy()
	delete(was.Template.Labels, workload.LabelPodTemplateHash)
	before = &Baseline{Workload: &was, Revision: previous}
	if w.Paused {
		return before, fmt.Sprintf("%s is paused", w.Ref)
	}
	if doubt = verified(w, current); doubt != "" {
		return before, doubt
	}
	if doubt = doubtOf(previous, w, revisions, pods); doubt != "" {
		doubt = fmt.Sprintf("revision %d of %s %s", previous.Number, w.Ref, doubt)
	}
	before.Serving = doubt == ""
	return before, doubt
}

// doubtOf says why a revision may not have been serving when it was replaced.
func doubtOf(previous *workload.Revision, w *workload.Workload, revisions []workload.Revision, pods diagnosis.PodCounts) string {
	verdict, left := VerdictOf(previous), pods[previous.Key]
	switch {
	case verdict != nil && verdict.Outcome == VerdictFailed:
		return verdict.describe()
	case left.Crashing > left.Settled:
		return fmt.Sprintf("was not serving: %d of its pods crashed", left.Crashing)
	case verdict != nil && verdict.Outcome == VerdictGood:
		return ""
	}
	for i := range revisions {
		r := &revisions[i]
		if r.UID != previous.UID && settled(r, pods) > 0 && !workload.SameTemplate(&r.Template, &w.Template) {
			return fmt.Sprintf("was not verified, and pods of revision %d still serve", r.Number)
		}
	}
	if settled(previous, pods) == 0 {
		return "was not verified, and none of its pods serves any more"
	}
	return ""
}

// settled counts the pods of a revision that serve; where no pod may be read, its status does.
func settled(r *workload.Revision, pods diagnosis.PodCounts) int32 {
	if pods == nil {
		return r.Available
	}
	return pods[r.Key].Settled
}
