package release

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// scaledBefore is a workload that has the wanted replicas already, and not their pods.
func scaledBefore(c cluster.Change) cluster.Written {
	return cluster.Written{
		Object: c.Object, Before: c.Before, Scaled: true, Autoscaled: c.Edit.Autoscaled,
		Doubt: fmt.Sprintf("%s had %s before this command", c.Ref(), replicas(c.Replicas())),
	}
}

func alreadyScaled(w *workload.Workload) string {
	return fmt.Sprintf("%s already has %s, %d ready", w.Ref, replicas(w.Desired), w.Ready)
}

func replicas(n int32) string {
	if n == 1 {
		return "1 replica"
	}
	return fmt.Sprintf("%d replicas", n)
}

// scaleTo is the command that sets the replicas or, where they are set, watches the pods.
func scaleTo(ref workload.Ref, n int32) string {
	if n == 0 { // so that the number is not forgotten
		return fmt.Sprintf("kubectl app scale %s --to-zero -n %s", ref, ref.Namespace)
	}
	return fmt.Sprintf("kubectl app scale %s --replicas=%d -n %s", ref, n, ref.Namespace)
}

// watchAgain is the command that goes on with the watch of a change.
func watchAgain(w cluster.Written) string {
	if w.Scaled {
		return scaleTo(w.Ref(), w.Replicas())
	}
	return App("rollout status", w.Ref())
}

// scaleOf is the change of the replicas in the result; nil for any other change.
func scaleOf(c cluster.Change) *rollout.FromTo[int32] {
	if !c.Scales() {
		return nil
	}
	return &rollout.FromTo[int32]{From: c.Replicas(), To: *c.Edit.Replicas}
}

// upToDate says of workloads that nothing was to be changed of them.
func upToDate(unchanged []cluster.Change) string {
	if len(unchanged) == 1 && unchanged[0].Scales() {
		w := unchanged[0].Before.Workload
		return fmt.Sprintf("already %s, %d ready", replicas(w.Desired), w.Ready)
	}
	return "already up to date"
}
