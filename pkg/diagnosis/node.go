package diagnosis

import (
	corev1 "k8s.io/api/core/v1"
)

// lostNode: the node that runs the pod does not answer. The node controller then only turns the
// pod's Ready to False; the event says why.
func lostNode(pod *corev1.Pod, all notes) (symptom, bool) {
	if pod.Status.Reason == "NodeLost" || pod.Status.Phase == corev1.PodUnknown {
		return waiting(NodeLost, nodeMessage(pod, pod.Status.Message)), true
	}
	if note := all.latest("", "NodeNotReady"); note != nil && !laterThanReady(pod, note) {
		return waiting(NodeLost, nodeMessage(pod, noteText(note))), true
	}
	return symptom{}, false
}

// laterThanReady: the pod's Ready has changed since the event, so the event is of the past.
func laterThanReady(pod *corev1.Pod, note *corev1.Event) bool {
	ready := podCondition(pod, corev1.PodReady)
	return ready == nil || ready.LastTransitionTime.Sub(noteTime(note)) > MinRecovery
}

func nodeMessage(pod *corev1.Pod, text string) string {
	if text == "" {
		text = "Node is not ready"
	}
	return oneLine("node " + pod.Spec.NodeName + ": " + text)
}

// evicted: the kubelet removed the pod from its node for what it used. A program that exits with 0
// on the way out leaves a pod that merely succeeded; only the event tells (recording ab).
func (c *clues) evicted(pod *corev1.Pod) (symptom, bool) {
	if pod.Status.Reason == "Evicted" && !IsRejected(pod) {
		return failing(Evicted, oneLine(pod.Status.Message)), true
	}
	if note := c.notes[pod.UID].latest("", "Evicted"); note != nil {
		return failing(Evicted, oneLine(noteText(note))), true
	}
	return symptom{}, false
}

// Ended tells whether a pod is over: its containers do not run again.
func Ended(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}
