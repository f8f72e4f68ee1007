package cli

import (
	"context"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// stampAll writes each verdict on its revision, so that the next undo knows which ones are good, and
// mends the one of the revision before where that has proven wrong. A stamp that can't be written spoils nothing: the texts returned are warnings.
func stampAll(ctx context.Context, c *cluster.Cluster, f *follower, state rollout.State, o cluster.WriteOptions) []string {
	var verdicts []cluster.Verdict
	by := "kubectl-app/" + version
	for i := range state.Workloads {
		w := &state.Workloads[i]
		if stamp, ok := w.Target.Before.Amend(f.now(), by); ok {
			was := w.Target.Before.Revision
			verdicts = append(verdicts, cluster.Verdict{Ref: w.Target.Ref, ReplicaSet: was.Name, UID: was.UID, Stamp: stamp})
		}
		for _, r := range f.snapshot[w.Target.Ref].Revisions {
			if r.Name != w.RevisionName {
				continue
			}
			if stamp, ok := w.Stamp(r.Hash, f.now(), by); ok {
				verdicts = append(verdicts, cluster.Verdict{Ref: w.Target.Ref, ReplicaSet: r.Name, UID: r.UID, Stamp: stamp})
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
