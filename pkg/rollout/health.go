package rollout

import (
	corev1 "k8s.io/api/core/v1"
)

// healthy is the quick look that spares most pods the long one.
func healthy(pod *corev1.Pod) bool {
	if !isReady(pod) || ended(pod) {
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

func isReady(pod *corev1.Pod) bool {
	c := podCondition(pod, corev1.PodReady)
	return c != nil && c.Status == corev1.ConditionTrue
}
