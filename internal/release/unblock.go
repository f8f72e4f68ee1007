package release

import (
	"context"
	"errors"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// maxDeletions bounds how often a pod of one name is deleted: the controller may make it of the same revision again.
const maxDeletions = 3

// unblocking deletes the pods that keep a workload from going back, one at a time: while an ordered StatefulSet has a
// pod that is not ready, it replaces none, not even that one.
func (r *Release) unblocking(work context.Context) func(*rollout.State) []rollout.Event {
	done := map[rollout.PodRef]bool{}
	times := map[string]int{}
	return func(state *rollout.State) (news []rollout.Event) {
		for i := range state.Workloads {
			w := &state.Workloads[i]
			if len(w.Blocking) == 0 || w.Phase == rollout.Done {
				continue
			}
			pod := w.Blocking[0]
			name := pod.Namespace + "/" + pod.Name
			if done[pod] || times[name] == maxDeletions {
				continue
			}
			done[pod] = true
			times[name]++
			if text := r.unblock(work, w.Target.Ref, pod); text != "" {
				r.warnings = append(r.warnings, text)
				news = append(news, Warning(r.Now(), text))
			}
		}
		return news
	}
}

// unblock says what became of the pod; "" if it is another one by now, or gone.
func (r *Release) unblock(work context.Context, ref workload.Ref, pod rollout.PodRef) string {
	deleted, err := r.cluster.DeletePod(work, pod)
	switch {
	case err == nil && !deleted:
		return ""
	case err == nil:
		return fmt.Sprintf("kubectl app deleted pod %s, which was not ready and kept %s from going back", pod.Name, ref)
	}
	text := fmt.Sprintf("kubectl app could not delete pod %s, which is not ready and keeps %s from going back: %v", pod.Name, ref, err)
	if e := (*cluster.Error)(nil); errors.As(err, &e) && e.Reason == cluster.Forbidden {
		text += fmt.Sprintf("; somebody with the permission can: kubectl delete pod %s -n %s", pod.Name, pod.Namespace)
	}
	return text
}

// takingBack marks targets of an undo or a rollback as such.
func takingBack(targets []rollout.Target) []rollout.Target {
	for i := range targets {
		targets[i].TakesBack = true
	}
	return targets
}
