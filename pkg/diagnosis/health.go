package diagnosis

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// healthy is the quick look that spares most pods the long one.
func healthy(pod *corev1.Pod) bool {
	if !IsReady(pod) || Ended(pod) {
		return false
	}
	return !restarted(pod.Status.ContainerStatuses) && !restarted(pod.Status.InitContainerStatuses)
}

func restarted(statuses []corev1.ContainerStatus) bool {
	for i := range statuses {
		if statuses[i].RestartCount > 0 {
			return true
		}
	}
	return false
}

// IsReady tells whether a pod counts as ready.
func IsReady(pod *corev1.Pod) bool {
	c := podCondition(pod, corev1.PodReady)
	return c != nil && c.Status == corev1.ConditionTrue
}

// NotServing says why a pod does not serve, or returns "".
func NotServing(pod *corev1.Pod) string {
	if Ended(pod) {
		return ""
	}
	for s := range seats(pod) {
		if !s.serving() && !s.finished() {
			return fmt.Sprintf("pod %s: container %s is not ready", pod.Name, s.spec.Name)
		}
	}
	if !IsReady(pod) {
		return fmt.Sprintf("pod %s is not ready", pod.Name)
	}
	return ""
}

// complete tells whether the status calls the rollout of our template complete.
func (d *Diagnosis) complete() bool {
	w := d.in.Workload
	if !d.in.observed() || !w.Complete() {
		return false
	}
	if d.in.Revision != nil && d.in.Revision.ByPods && !slices.Contains(d.in.Blind, "pods") && int32(len(d.Pods)) < w.Goal() {
		return false // the status counts pods that are not there, or not new, for a moment
	}
	return !d.in.noNode() && (w.Desired == 0 || d.in.Revision != nil || len(d.in.Revisions) == 0)
}
