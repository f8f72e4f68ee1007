package diagnosis

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// A kubelet that does not admit a pod makes it Failed, for good, and the ReplicaSet makes the next one:
// hundreds within minutes. Which reasons there are depends on the kubelet and on its plugins, so none is
// listed here: that no container ever ran is the evidence, and how often it came again.

// IsRejected tells of a pod that its kubelet refused. An eviction has the reason Evicted, too, and
// older kubelets drop the containers' statuses with it.
func IsRejected(pod *corev1.Pod) bool {
	s := &pod.Status
	if s.Phase != corev1.PodFailed || s.Reason == "" || anyRan(pod) {
		return false
	}
	return s.Reason != "Evicted" || strings.Contains(s.Message, "node had condition")
}

// The number of refused pods at which waiting for one that is admitted becomes pointless: the fewer while
// none of the revision's pods has been, the more while some have.
const (
	manyRejected      = 10
	tooManyRejected   = 50
	patienceRejection = 2 * patienceFatal
)

// addRejected adds the refused pods as symptoms, unless others have found a place.
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

// rejection is the symptom of one refused pod. Pods of the same reason and message are one finding, though
// the numbers of free and used resources differ.
func rejection(pod *corev1.Pod) symptom {
	reason, message := pod.Status.Reason, strings.TrimPrefix(pod.Status.Message, "Pod was rejected: ")
	found := waiting(RejectedByKubelet, oneLine(strings.TrimSuffix(reason+": "+message, ": ")))
	found.pod, found.about = pod, digits().ReplaceAllString(found.message, "#")
	return found
}

// admitted tells whether the kubelet has taken a pod on: its sandbox is there, or a container ran.
func admitted(pod *corev1.Pod) bool { return hasSandbox(pod) || anyRan(pod) }
