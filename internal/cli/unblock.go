package cli

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// leaving fills in the revision that each target leaves, by the state of the rollout that failed.
func (f *follower) leaving(targets []rollout.Target, failed *rollout.State) {
	names := map[workload.Ref]string{}
	for i := range failed.Workloads {
		names[failed.Workloads[i].Target.Ref] = failed.Workloads[i].RevisionName
	}
	for i := range targets {
		for _, r := range f.snapshot[targets[i].Ref].Revisions {
			if r.Name == names[targets[i].Ref] {
				targets[i].Leaving = r.Key
			}
		}
	}
}

// unblocking deletes the pods that keep a workload from going back, each once: while an ordered StatefulSet has a
// pod that is not ready, it replaces none, not even that one.
func (r *release) unblocking(work context.Context) func(*rollout.State) []rollout.Event {
	done := map[types.UID]bool{}
	return func(state *rollout.State) (news []rollout.Event) {
		for i := range state.Workloads {
			w := &state.Workloads[i]
			if len(w.Blocking) == 0 || done[w.Blocking[0].UID] {
				continue
			}
			pod := w.Blocking[0]
			done[pod.UID] = true
			text := r.unblock(work, w.Target.Ref, pod)
			r.warnings = append(r.warnings, text)
			news = append(news, warningEvent(r.env.Now(), text))
		}
		return news
	}
}

func (r *release) unblock(work context.Context, ref workload.Ref, pod rollout.PodRef) string {
	if err := r.cluster.DeletePod(work, pod); err != nil {
		return fmt.Sprintf("kubectl app could not delete pod %s, which is not ready and keeps %s from going back: %v", pod.Name, ref, err)
	}
	return fmt.Sprintf("kubectl app deleted pod %s, which was not ready and kept %s from going back", pod.Name, ref)
}

// undoing tells each target of an undo which revision it leaves.
func undoing(targets []rollout.Target, written []cluster.Written) []rollout.Target {
	for i := range targets {
		if b := written[i].Before; b != nil && b.Revision != nil && !b.Serving {
			targets[i].Leaving = b.Revision.Key
		}
	}
	return targets
}
