package rollout

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// complete tells whether the status calls the rollout of our template complete.
func (j *judge) complete() bool {
	w := j.seen.Workload
	if !j.observed() || !w.Complete() {
		return false
	}
	if j.revision != nil && j.revision.ByPods && !slices.Contains(j.seen.Blind, "pods") && int32(len(j.pods)) < w.Goal() {
		return false // the status counts pods that are not there, or not new, for a moment
	}
	return !j.noNode() && (w.Desired == 0 || j.revision != nil || len(j.seen.Revisions) == 0)
}

// against says what a pod shows that the controller's counts do not have yet, or never will: it
// calls a rollout done while its pods crash (recordings f, g, i, x).
func (j *judge) against() string {
	for _, pod := range j.ailing {
		if message := notServing(pod); message != "" {
			return message
		}
	}
	return ""
}

func notServing(pod *corev1.Pod) string {
	if ended(pod) {
		return ""
	}
	for s := range seats(pod) {
		if !s.serving() && !s.finished() {
			return fmt.Sprintf("pod %s: container %s is not ready", pod.Name, s.spec.Name)
		}
	}
	if !isReady(pod) {
		return fmt.Sprintf("pod %s is not ready", pod.Name)
	}
	return ""
}

// shaky tells whether a pod has crashed so lately that its present run proves nothing yet.
func (j *judge) shaky() bool {
	for i := range j.complaints {
		if j.complaints[i].Grade != Waiting {
			return true
		}
	}
	return false
}

// oldPodsGone tells whether the last of the old pods is gone, terminating ones included. One that
// ended without being deleted (evicted, say) stays in the API for long, and nobody waits for it.
func (j *judge) oldPodsGone() bool {
	if j.seen.Workload.Terminating > 0 {
		return false
	}
	for _, p := range j.seen.Pods {
		old := j.revision == nil || !j.revision.Owns(p)
		if old && (!ended(p) || p.DeletionTimestamp != nil) {
			return false
		}
	}
	return true
}
