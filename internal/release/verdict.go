package release

import (
	"context"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// stampAll writes each verdict on its revision, so that the next undo knows which ones are good. A stamp
// that can't be written spoils nothing: the texts returned are warnings.
func (r *Release) stampAll(work context.Context, f *follower, state rollout.State) []string {
	var verdicts []cluster.Verdict
	for i := range state.Workloads {
		w, seen := &state.Workloads[i], f.snapshot[state.Workloads[i].Target.Ref]
		for _, revision := range seen.Revisions {
			if revision.Name != w.RevisionName || !workload.KindNamed(w.Target.Kind).Releasable() {
				continue
			}
			if stamp, ok := w.VerdictAnnotation(revision.Hash, r.Now(), r.stampedBy()); ok && stamp.Over(rollout.VerdictOf(&revision)) {
				verdicts = append(verdicts, cluster.Verdict{
					Ref: w.Target.Ref, Revision: revision.Name, UID: revision.UID, Stamp: stamp, Copied: carriesStamp(seen.Workload),
				})
			}
		}
	}
	return stampFaults(r.cluster.StampAll(work, verdicts, r.WriteOptions()))
}

// stampedBy is who gives a verdict.
func (r *Release) stampedBy() string { return "kubectl-app/" + r.Version }

// amendStamps corrects the stamps of the revisions that were replaced, where their pods have proven them
// wrong. The texts returned are warnings.
func (r *Release) amendStamps(work context.Context, written []cluster.Written) []string {
	var verdicts []cluster.Verdict
	var texts []string
	for _, w := range written {
		stamp, ok := w.Before.Amend(r.Now(), r.stampedBy())
		if !ok {
			continue
		}
		was := w.Before.Revision
		verdicts = append(verdicts, cluster.Verdict{Ref: w.Ref(), Revision: was.Name, UID: was.UID, Stamp: stamp})
		if stamp.Outcome == rollout.VerdictFailed {
			texts = append(texts, fmt.Sprintf("revision %d of %s is no longer marked good: %s", was.Number, w.Ref(), stamp.Message))
		}
	}
	return append(texts, stampFaults(r.cluster.StampAll(work, verdicts, r.WriteOptions()))...)
}

func stampFaults(faults []error) []string {
	warnings := make([]string, 0, len(faults))
	for _, err := range faults {
		warnings = append(warnings, err.Error())
	}
	return warnings
}

func carriesStamp(w *workload.Workload) bool {
	if w == nil {
		return false
	}
	_, carries := w.Annotations[workload.AnnotationVerdict]
	return carries
}
