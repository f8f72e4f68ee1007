package release

import (
	"context"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// recordVerdicts writes each verdict on its revision, so that the next undo knows which ones are good. An annotation
// that can't be written spoils nothing: the texts returned are warnings.
func (r *Release) recordVerdicts(work context.Context, f *follower, state rollout.State) []string {
	var verdicts []cluster.Verdict
	for i := range state.Workloads {
		w, seen := state.Workloads[i], f.snapshot[state.Workloads[i].Target.Ref]
		for _, revision := range seen.Revisions {
			if revision.Name != w.RevisionName || !workload.KindNamed(w.Target.Kind).Releasable() {
				continue
			}
			if annotation, ok := w.VerdictAnnotation(revision.Hash, r.Now(), r.judgedBy()); ok && annotation.Over(rollout.VerdictOf(&revision)) {
				verdicts = append(verdicts, cluster.Verdict{
					Ref: w.Target.Ref, Revision: revision.Name, UID: revision.UID, Annotation: annotation, Copied: carriesVerdict(seen.Workload),
				})
			}
		}
	}
	return recordFaults(r.cluster.RecordVerdicts(work, verdicts, r.WriteOptions()))
}

// judgedBy is who gives a verdict.
func (r *Release) judgedBy() string { return "kubectl-app/" + r.Version }

// amendVerdicts corrects the verdicts of the revisions that were replaced, where their pods have proven them
// wrong. The texts returned are warnings.
func (r *Release) amendVerdicts(work context.Context, written []cluster.Written) []string {
	var verdicts []cluster.Verdict
	var texts []string
	for _, w := range written {
		annotation, ok := w.Before.Amend(r.Now(), r.judgedBy())
		if !ok {
			continue
		}
		was := w.Before.Revision
		verdicts = append(verdicts, cluster.Verdict{Ref: w.Ref(), Revision: was.Name, UID: was.UID, Annotation: annotation})
		switch {
		case annotation.Outcome != rollout.VerdictFailed:
		case rollout.VerdictOf(was) == nil:
			texts = append(texts, fmt.Sprintf("revision %d of %s is marked as failed: %s", was.Number, w.Ref(), annotation.Message))
		default:
			texts = append(texts, fmt.Sprintf("revision %d of %s is no longer marked good: %s", was.Number, w.Ref(), annotation.Message))
		}
	}
	return append(texts, recordFaults(r.cluster.RecordVerdicts(work, verdicts, r.WriteOptions()))...)
}

func recordFaults(faults []error) []string {
	warnings := make([]string, 0, len(faults))
	for _, err := range faults {
		warnings = append(warnings, err.Error())
	}
	return warnings
}

func carriesVerdict(w *workload.Workload) bool {
	if w == nil {
		return false
	}
	_, carries := w.Annotations[workload.AnnotationVerdict]
	return carries
}
