package diagnosis

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// A kubelet that does not admit a pod sets its phase to Failed, and the controller creates the next pod: hundreds within
// minutes. The reasons depend on the kubelet and its plugins, so none is listed here. The evidence is that no container
// ever ran, and how many pods were rejected.

// IsRejected tells of a pod that its kubelet refused. An eviction has the reason Evicted, too, and
// older kubelets drop the containers' statuses with it.
func IsRejected(pod *corev1.Pod) bool {
	s := &pod.Status
	if s.Phase != corev1.PodFailed || s.Reason == "" || anyRan(pod) {
		return false
	}
	return s.Reason != "Evicted" || strings.Contains(s.Message, "node had condition")
}

// The number of rejected pods that makes the cause fatal: manyRejected while no pod of the revision was admitted,
// tooManyRejected otherwise.
const (
	manyRejected      = 10
	tooManyRejected   = 50
	patienceRejection = 2 * patienceFatal
)

// addRejected adds the rejected pods as symptoms, unless all replacements are ready.
func (d *survey) addRejected(desired int) {
	if d.ready >= max(d.of, desired) {
		return
	}
	enough := manyRejected
	if d.admitted > 0 {
		enough = tooManyRejected
	}
	count := map[string]int{}
	for i := range d.rejected {
		count[d.rejected[i].about]++
	}
	for _, s := range d.rejected {
		if count[s.about] >= enough {
			s.grade, s.patience = Fatal, patienceRejection
		}
		d.symptoms = append(d.symptoms, s)
	}
}

var digits = lazily(`[0-9]+`)

// rejection is the symptom of one rejected pod. Messages that differ only in numbers are one finding.
func rejection(pod *corev1.Pod) symptom {
	reason, message := pod.Status.Reason, strings.TrimPrefix(pod.Status.Message, "Pod was rejected: ")
	found := waiting(RejectedByKubelet, oneLine(strings.TrimSuffix(reason+": "+message, ": "))).from("status.reason")
	found.pod, found.about = pod, digits().ReplaceAllString(found.message, "#")
	return found
}

// admitted tells whether the kubelet has taken a pod on: its sandbox is there, or a container ran.
func admitted(pod *corev1.Pod) bool { return hasSandbox(pod) || anyRan(pod) }
