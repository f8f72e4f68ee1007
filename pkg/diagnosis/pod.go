package diagnosis

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Healthy tells whether a pod is ready and was never restarted: the quick check that spares most pods the rules.
func Healthy(pod *corev1.Pod) bool {
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

// ReadinessChanged is when a pod last became ready or unready, zero if it does not tell.
func ReadinessChanged(pod *corev1.Pod) time.Time {
	if c := podCondition(pod, corev1.PodReady); c != nil {
		return c.LastTransitionTime.Time
	}
	return time.Time{}
}

// DeletedAt is when a pod was deleted, zero if it was not: its grace period begins then.
func DeletedAt(pod *corev1.Pod) time.Time {
	switch {
	case pod.DeletionTimestamp == nil:
		return time.Time{}
	case pod.DeletionGracePeriodSeconds == nil:
		return pod.DeletionTimestamp.Time
	}
	return pod.DeletionTimestamp.Add(-time.Duration(*pod.DeletionGracePeriodSeconds) * time.Second)
}

// NotServing says why a pod does not serve, or returns "".
func NotServing(pod *corev1.Pod) string {
	if Ended(pod) {
		return ""
	}
	for ref := range containers(pod) {
		if !ref.serving() && !ref.finished() {
			return fmt.Sprintf("pod %s: container %s is not ready", pod.Name, ref.spec.Name)
		}
	}
	if !IsReady(pod) {
		return fmt.Sprintf("pod %s is not ready", pod.Name)
	}
	return ""
}

// Ended tells whether a pod is over: its containers do not run again.
func Ended(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

func podCondition(pod *corev1.Pod, kind corev1.PodConditionType) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == kind {
			return &pod.Status.Conditions[i]
		}
	}
	return nil
}

func anyRan(pod *corev1.Pod) bool {
	for ref := range containers(pod) {
		if ref.running() || ref.status.State.Terminated != nil || ref.status.LastTerminationState.Terminated != nil {
			return true
		}
	}
	return false
}

// podPhase is how far a pod without a symptom has come. Its status does not say why it goes no further: only events do
// (recording m). Pods of one phase share the cause that is found by the events of a few of them.
type podPhase int

const (
	phaseNone podPhase = iota
	phaseCreating
	phasePulling
	phaseUnready
)

func phaseOf(pod *corev1.Pod) podPhase {
	if pod.Spec.NodeName == "" {
		return phaseNone
	}
	for ref := range containers(pod) {
		if ref.running() || ref.status.State.Terminated != nil || ref.status.LastTerminationState.Terminated != nil {
			return phaseUnready
		}
	}
	if hasSandbox(pod) {
		return phasePulling
	}
	return phaseCreating
}

// hasSandbox: volumes are mounted and the network is up (KEP-3085).
func hasSandbox(pod *corev1.Pod) bool {
	c := podCondition(pod, corev1.PodReadyToStartContainers)
	return c != nil && c.Status == corev1.ConditionTrue
}
