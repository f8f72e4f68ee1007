package rollout

import (
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// UndoPlan is the revision to go back to.
type UndoPlan struct {
	Revision workload.Revision
	// Template is the revision's, without the hash label.
	Template corev1.PodTemplateSpec
	// Annotations are what the workload gets for its own, as kubectl does it: the revision's, but
	// the bookkeeping of the controller and of apply stays the workload's, and verdicts are left out.
	Annotations map[string]string
	// Note says why this is not the revision that kubectl would choose, or what speaks against it.
	Note string
}

// PlanUndo chooses the revision that `kubectl rollout undo` would: toRevision, or for 0 the one with
// the second highest number (of a paused workload, which kubectl refuses, the one before its template);
// unless that one is marked as failed, then the last one with the verdict good.
// The errors are the types above.
func PlanUndo(w *workload.Workload, revisions []workload.Revision, toRevision int64) (UndoPlan, error) {
	target, note, err := undoTarget(w, revisions, toRevision)
	if err != nil {
		return UndoPlan{}, err
	}
	if workload.SameTemplate(&target.Template, &w.Template) {
		return UndoPlan{}, &AlreadyCurrentError{Workload: w.Ref, Revision: target.Number}
	}
	plan := UndoPlan{
		Revision: *target, Template: *target.Template.DeepCopy(), Note: note,
		Annotations: undoAnnotations(w.Annotations, target.Annotations),
	}
	if target.ByPods { // its annotations are those of the time when it was made
		plan.Annotations = ownAnnotations(w.Annotations, target.Annotations[workload.AnnotationChangeCause])
	}
	delete(plan.Template.Labels, workload.LabelPodTemplateHash)
	return plan, nil
}

func undoTarget(w *workload.Workload, revisions []workload.Revision, to int64) (*workload.Revision, string, error) {
	if to != 0 {
		return numbered(w, revisions, to)
	}
	latest, previous := highestTwo(revisions)
	if w.Paused && latest != nil && !workload.SameTemplate(&latest.Template, &w.Template) {
		// The template was changed under the pause and has no number yet: the latest is the one before it.
		previous = latest
	}
	if previous == nil {
		return nil, "", &NoHistoryError{Workload: w.Ref}
	}
	verdict := VerdictOf(previous)
	if verdict == nil || verdict.Outcome != VerdictFailed {
		return previous, unknown(previous, verdict), nil
	}
	good := newest(w, revisions, func(s *VerdictAnnotation) bool { return s != nil && s.Outcome == VerdictGood })
	if good == nil {
		fault := &NoGoodRevisionError{Workload: w.Ref, Revision: previous.Number, Verdict: *verdict, Paused: w.Paused}
		if unjudged := newest(w, revisions, func(s *VerdictAnnotation) bool { return s == nil || s.Outcome == VerdictComplete }); unjudged != nil {
			fault.Unjudged = unjudged.Number
		}
		return nil, "", fault
	}
	return good, fmt.Sprintf("revision %d %s; going back to revision %d, the last one known to be good",
		previous.Number, verdict.describe(), good.Number), nil
}

// unknown says that nothing tells whether a revision worked; a revision with available pods does.
func unknown(r *workload.Revision, verdict *VerdictAnnotation) string {
	if verdict != nil || r.Available > 0 {
		return ""
	}
	return fmt.Sprintf("revision %d has no verdict: it is not known whether it worked", r.Number)
}

func numbered(w *workload.Workload, revisions []workload.Revision, number int64) (*workload.Revision, string, error) {
	missing := &RevisionNotFoundError{Workload: w.Ref, Revision: number}
	for i := range revisions {
		r := &revisions[i]
		if r.Number == number && number > 0 {
			if verdict := VerdictOf(r); verdict != nil && verdict.Outcome == VerdictFailed {
				return r, fmt.Sprintf("revision %d %s", number, verdict.describe()), nil
			}
			return r, unknown(r, VerdictOf(r)), nil
		}
		missing.Have = append(missing.Have, r.Number)
	}
	if len(revisions) == 0 {
		return nil, "", &NoHistoryError{Workload: w.Ref}
	}
	return nil, "", missing
}

// highestTwo have the highest numbers; previous is deploymentRevision(…, 0) of
// k8s.io/kubectl/pkg/polymorphichelpers/rollback.go.
func highestTwo(revisions []workload.Revision) (latest, previous *workload.Revision) {
	for i := range revisions {
		r := &revisions[i]
		switch {
		case latest == nil || latest.Number < r.Number:
			latest, previous = r, latest
		case previous == nil || previous.Number < r.Number:
			previous = r
		}
	}
	return latest, previous
}

// newest returns the newest revision with a fitting verdict whose template is not the workload's own.
func newest(w *workload.Workload, revisions []workload.Revision, is func(*VerdictAnnotation) bool) *workload.Revision {
	var found *workload.Revision
	for i := range revisions {
		r := &revisions[i]
		if !is(VerdictOf(r)) || workload.SameTemplate(&r.Template, &w.Template) {
			continue
		}
		if found == nil || found.Number < r.Number {
			found = r
		}
	}
	return found
}

// keptOnUndo is annotationsToSkip of k8s.io/kubectl/pkg/polymorphichelpers/rollback.go.
func keptOnUndo(key string) bool {
	switch key {
	case workload.AnnotationLastApplied, workload.AnnotationRevision,
		"deployment.kubernetes.io/revision-history", "deployment.kubernetes.io/desired-replicas",
		"deployment.kubernetes.io/max-replicas", "deprecated.deployment.rollback.to":
		return true
	}
	return false
}

func ownAnnotations(own map[string]string, cause string) map[string]string {
	annotations := map[string]string{}
	maps.Copy(annotations, own)
	delete(annotations, workload.AnnotationChangeCause)
	if cause != "" {
		annotations[workload.AnnotationChangeCause] = cause
	}
	return annotations
}

func undoAnnotations(own, revision map[string]string) map[string]string {
	annotations := map[string]string{}
	maps.Copy(annotations, revision)
	maps.DeleteFunc(annotations, func(k, _ string) bool { return keptOnUndo(k) || k == workload.AnnotationVerdict })
	for k, v := range own {
		if keptOnUndo(k) {
			annotations[k] = v
		}
	}
	return annotations
}

// describe reads after the name of a revision.
func (s VerdictAnnotation) describe() string {
	if s.Outcome == VerdictGood {
		return "was verified as good"
	}
	switch {
	case s.Cause != "":
		return fmt.Sprintf("is marked as failed (%s)", s.Cause)
	case s.Message != "":
		return fmt.Sprintf("is marked as failed (%s)", s.Message)
	}
	return "is marked as failed"
}
