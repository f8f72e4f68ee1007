package release

import (
	"context"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// maxDeletions bounds how often a pod of one name is deleted: the controller may make it of the same revision again.
const maxDeletions = 3

// unblocker deletes the pods of failed revisions that keep workloads from being updated, one of each workload at a time: while an ordered
// StatefulSet has a pod that is not ready, it replaces none, not even that one. A deletion does not wait for its answer.
type unblocker struct {
	release *Release
	work    context.Context
	stop    context.CancelFunc // gives up what is under way
	tried   map[rollout.PodRef]bool
	times   map[string]int // how often a pod of this name was deleted
	waiting map[workload.Ref]bool
	answers chan deletion
}

// deletion is the answer to one.
type deletion struct {
	workload workload.Ref
	pod      rollout.PodRef
	// deleted is false if the pod was another one by then, or gone.
	deleted bool
	err     error
}

func (r *Release) unblocker(work context.Context) *unblocker {
	work, stop := context.WithCancel(work)
	return &unblocker{
		release: r, work: work, stop: stop, answers: make(chan deletion),
		tried: map[rollout.PodRef]bool{}, times: map[string]int{}, waiting: map[workload.Ref]bool{},
	}
}

// begin begins what there is to delete.
func (u *unblocker) begin(state *rollout.State) {
	for i := range state.Workloads {
		w := &state.Workloads[i]
		pod := u.choose(w)
		if pod == nil {
			continue
		}
		u.tried[*pod], u.waiting[w.Target.Ref] = true, true
		go func(d deletion) {
			d.deleted, d.err = u.release.cluster.DeletePod(u.work, d.pod)
			select {
			case u.answers <- d:
			case <-u.work.Done():
			}
		}(deletion{workload: w.Target.Ref, pod: *pod})
	}
}

// choose returns the first pod that was not deleted too often; nil while the one before may still be there.
func (u *unblocker) choose(w *rollout.WorkloadState) *rollout.PodRef {
	if w.Phase == rollout.Done || u.waiting[w.Target.Ref] {
		return nil
	}
	for i := range w.Blocking {
		pod := &w.Blocking[i]
		switch {
		case u.tried[*pod]:
			return nil
		case u.times[podName(*pod)] < maxDeletions:
			return pod
		}
	}
	return nil
}

func podName(pod rollout.PodRef) string { return pod.Namespace + "/" + pod.Name }

// answered takes in an answer, and tells of it.
func (u *unblocker) answered(d deletion) []rollout.Event {
	delete(u.waiting, d.workload)
	if d.err == nil && !d.deleted {
		return nil
	}
	u.times[podName(d.pod)]++
	text := d.text()
	u.release.warnings = append(u.release.warnings, text)
	return []rollout.Event{Warning(u.release.Now(), text)}
}

func (d deletion) text() string {
	if d.err == nil {
		return fmt.Sprintf("kubectl app deleted pod %s, which was not ready and blocked the update of %s", d.pod.Name, d.workload)
	}
	text := fmt.Sprintf("kubectl app could not delete pod %s, which is not ready and blocks the update of %s: %v", d.pod.Name, d.workload, d.err)
	if cluster.Is(d.err, cluster.Forbidden) {
		text += fmt.Sprintf("; somebody with the permission can: kubectl delete pod %s -n %s", d.pod.Name, d.pod.Namespace)
	}
	return text
}

// unblocking marks the targets of what this command wrote; takesBack: by an undo or a rollback.
func unblocking(targets []rollout.Target, takesBack bool) []rollout.Target {
	for i := range targets {
		targets[i].Unblocks, targets[i].TakesBack = true, takesBack
	}
	return targets
}
