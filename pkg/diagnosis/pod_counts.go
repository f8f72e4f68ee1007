package diagnosis

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// PodCounts counts the pods of a workload by their revision. Unlike the status, it does not count a pod in a crash loop as
// available whenever it is up.
type PodCounts map[workload.RevisionKey]PodCount

// PodCount counts the pods of one revision.
type PodCount struct {
	// Total counts all that have not ended and are not being deleted.
	Total int32
	// Settled pods are ready, and no container of them has just crashed.
	Settled int32
	// Starting pods are young and not ready yet, and nothing has gone wrong in them.
	Starting int32
	// Crashing pods have a container that crashed and has not recovered since.
	Crashing int32
	// Recovering pods are crashing ones that are ready now.
	Recovering int32
	// Restarts are those of the crashing pods since their last long run.
	Restarts int32
	// Crashed is when the last of those containers ended.
	Crashed time.Time
	// FirstReady and LastReady are when the first and the last settled pod became ready, FirstCreated when the oldest starting
	// one was created.
	FirstReady, LastReady, FirstCreated time.Time
}

// Growing tells whether all starting pods were created when another one was ready already: they were added to what serves.
func (c PodCount) Growing() bool {
	return c.Starting > 0 && c.Settled > 0 && !c.FirstReady.IsZero() && c.FirstCreated.After(c.FirstReady)
}

// maxStarting is how young a pod must be to count as starting: the API's default progress deadline.
const maxStarting = 10 * time.Minute

// Add counts one pod in. Pods may be added as they are read, page by page.
func (c PodCounts) Add(pod *corev1.Pod, now time.Time) {
	key := workload.KeyOf(pod)
	if key.Owner == "" || pod.DeletionTimestamp != nil || Ended(pod) {
		return
	}
	count := c[key]
	count.Total++
	crashed, crashing := crashing(pod, now)
	switch {
	case crashing:
		count.Crashing++
		count.Restarts += restarts(pod)
		if IsReady(pod) {
			count.Recovering++
		}
		if crashed.After(count.Crashed) {
			count.Crashed = crashed
		}
	case IsReady(pod):
		count.Settled++
		ready := podCondition(pod, corev1.PodReady).LastTransitionTime.Time
		count.FirstReady = earlier(count.FirstReady, ready)
		if ready.After(count.LastReady) {
			count.LastReady = ready
		}
	case starting(pod, now):
		count.Starting++
		count.FirstCreated = earlier(count.FirstCreated, pod.CreationTimestamp.Time)
	}
	c[key] = count
}

// earlier is the first of two times; zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Count fills in the numbers of revisions whose objects have none. The status of w holds minReadySeconds.
func (c PodCounts) Count(w *workload.Workload, revisions []workload.Revision) []workload.Revision {
	if len(revisions) == 0 || !revisions[0].ByPods {
		return revisions
	}
	counted := slices.Clone(revisions)
	for i := range counted {
		r := &counted[i]
		count := c[r.Key]
		r.Total, r.Ready = count.Total, count.Settled+count.Recovering
		r.Available = min(r.Ready, w.Available)
	}
	return counted
}

// crashing returns when a container of the pod crashed, if it has not recovered since.
func crashing(pod *corev1.Pod, now time.Time) (ended time.Time, is bool) {
	for ref := range containers(pod) {
		last, _ := ref.crash()
		if last == nil || ref.finished() {
			continue
		}
		if !ref.running() || now.Before(ref.status.State.Running.StartedAt.Add(settlesAfter(last))) {
			return last.FinishedAt.Time, true
		}
	}
	return time.Time{}, false
}

// restarts counts the restarts of a pod's containers in a crash loop. A long run begins the count anew.
func restarts(pod *corev1.Pod) int32 {
	var n int32
	for ref := range containers(pod) {
		last, _ := ref.crash()
		switch {
		case last == nil:
		case last.FinishedAt.Sub(last.StartedAt.Time) >= BackOffReset:
			n++
		default:
			n += ref.status.RestartCount
		}
	}
	return n
}

// settlesAfter is recovery without its upper limit: a container that its liveness probe kills every 65 s never recovers.
func settlesAfter(ended *corev1.ContainerStateTerminated) time.Duration {
	ran := ended.FinishedAt.Sub(ended.StartedAt.Time)
	if ran >= BackOffReset {
		return recovery(ended)
	}
	return max(ran+ran/2, MinRecovery)
}

// starting tells whether a pod is young and nothing has gone wrong in it.
func starting(pod *corev1.Pod, now time.Time) bool {
	if now.Sub(pod.CreationTimestamp.Time) > maxStarting {
		return false
	}
	for ref := range containers(pod) {
		if w := ref.status.State.Waiting; w != nil && w.Reason != "" && w.Reason != "ContainerCreating" && w.Reason != "PodInitializing" {
			return false
		}
	}
	return true
}
