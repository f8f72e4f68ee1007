package diagnosis

import (
	corev1 "k8s.io/api/core/v1"
)

// Nothing in a pod's status tells why its sandbox or volumes are not there: only events do
// (recording m). They stay when their cause is gone, so each is checked against what came later.

// shape is where a pod without a symptom of its own stands. Pods of one shape share the cause that
// is found on those whose events were looked at.
type shape int

const (
	shapeNone shape = iota
	shapeCreating
	shapePulling
	shapeUnready
)

func shapeOf(pod *corev1.Pod) shape {
	if pod.Spec.NodeName == "" {
		return shapeNone
	}
	for s := range seats(pod) {
		if s.running() || s.status.State.Terminated != nil || s.status.LastTerminationState.Terminated != nil {
			return shapeUnready
		}
	}
	if hasSandbox(pod) {
		return shapePulling
	}
	return shapeCreating
}

// hasSandbox: volumes are mounted and the network is up (KEP-3085).
func hasSandbox(pod *corev1.Pod) bool {
	c := podCondition(pod, corev1.PodReadyToStartContainers)
	return c != nil && c.Status == corev1.ConditionTrue
}
