package cli

import (
	"context"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// stampAll writes each verdict on its revision, so that the next undo knows which ones are good, and
// mends the one of the revision before where that has proven wrong. A stamp that can't be written spoils nothing: the texts returned are warnings.
func stampAll(ctx context.Context, c *cluster.Cluster, f *follower, state rollout.State, o cluster.WriteOptions) []string {
	var verdicts []cluster.Verdict
	by := "kubectl-app/" + version
	for i := range state.Workloads {
		w, seen := &state.Workloads[i], f.snapshot[state.Workloads[i].Target.Ref]
		if stamp, ok := w.Target.Before.Amend(f.now(), by); ok {
			was := w.Target.Before.Revision
			verdicts = append(verdicts, cluster.Verdict{Ref: w.Target.Ref, ReplicaSet: was.Name, UID: was.UID, Stamp: stamp})
		}
		for _, r := range seen.Revisions {
			if r.Name != w.RevisionName {
				continue
			}
			if stamp, ok := w.Stamp(r.Hash, f.now(), by); ok && stamp.Over(rollout.StampOf(&r)) {
				verdicts = append(verdicts, cluster.Verdict{
					Ref: w.Target.Ref, ReplicaSet: r.Name, UID: r.UID, Stamp: stamp, Copied: carriesStamp(seen.Workload),
				})
			}
		}
	}
	faults := c.StampAll(ctx, verdicts, o)
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
