package diagnosis

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// lostNode finds a pod whose node does not answer. The node controller then sets Ready to False, without a reason, and
// the event has the reason. A kubelet always gives one.
func (ev *evidence) lostNode(pod *corev1.Pod, all events) (symptom, bool) {
	if pod.Status.Reason == "NodeLost" || pod.Status.Phase == corev1.PodUnknown {
		return waiting(NodeLost, nodeMessage(pod, pod.Status.Message)).from("status.reason"), true
	}
	back := ev.nodeReady(pod.Spec.NodeName)
	if event := all.latest("", "NodeNotReady"); event != nil && !back && !laterThanReady(pod, event) {
		return waiting(NodeLost, nodeMessage(pod, eventText(event))).fromEvent(event), true
	}
	ready, containers := podCondition(pod, corev1.PodReady), podCondition(pod, corev1.ContainersReady)
	if ready != nil && ready.Status == corev1.ConditionFalse && ready.Reason == "" && containers != nil && containers.Status == corev1.ConditionTrue {
		if back {
			return waiting(ReadinessFailing, oneLine("node "+pod.Spec.NodeName+" is Ready again, but its kubelet has not set the pod Ready since the node was lost; its containers are ready")).from("status.conditions[Ready]"), true
		}
		return waiting(NodeLost, nodeMessage(pod, "it does not answer, so that the pod is not Ready though its containers are")).from("status.conditions[Ready]"), true
	}
	if text := ev.nodeDown(pod.Spec.NodeName); text != "" {
		return waiting(NodeLost, nodeMessage(pod, text)).from("spec.nodeName"), true
	}
	return symptom{}, false
}

// nodeDown says why a node runs no pods, where it was read.
func (ev *evidence) nodeDown(name string) string {
	node, read := ev.nodes[name]
	switch {
	case !read:
		return ""
	case node == nil:
		return "there is no node of that name"
	}
	for _, c := range node.Status.Conditions {
		if c.Type == corev1.NodeReady && c.Status != corev1.ConditionTrue {
			return fmt.Sprintf("Ready is %s: %s", c.Status, c.Message)
		}
	}
	return ""
}

// nodeReady tells that a node was read, and that its kubelet answers: what it did not report is no loss of the node.
func (ev *evidence) nodeReady(name string) bool {
	return ev.nodes[name] != nil && ev.nodeDown(name) == ""
}

// laterThanReady tells whether the pod's Ready has changed since the event, which makes the event obsolete.
func laterThanReady(pod *corev1.Pod, event *corev1.Event) bool {
	ready := podCondition(pod, corev1.PodReady)
	return ready == nil || ready.LastTransitionTime.Sub(eventTime(event)) > MinRecovery
}

func nodeMessage(pod *corev1.Pod, text string) string {
	if text == "" {
		text = "Node is not ready"
	}
	return oneLine("node " + pod.Spec.NodeName + ": " + text)
}

// evicted finds a pod that the kubelet evicted. If its program exited with 0 meanwhile, the pod has the phase Succeeded
// and only the event shows the eviction (recording ab).
func (ev *evidence) evicted(pod *corev1.Pod) (symptom, bool) {
	if pod.Status.Reason == "Evicted" && !IsRejected(pod) {
		return failing(Evicted, oneLine(pod.Status.Message)).from("status.reason"), true
	}
	if event := ev.events[pod.UID].latest("", "Evicted"); event != nil {
		return failing(Evicted, oneLine(eventText(event))).fromEvent(event), true
	}
	return symptom{}, false
}

// evictionTime is how long an eviction stays a finding once its pod has been replaced.
const evictionTime = time.Minute

// countEvictions adds the evictions of this watch as symptoms, while they are fresh or their replacements are not ready.
// An evicted pod is replaced by another pod, so rounds of evictions count as restarts.
func (ev *evidence) countEvictions(d *survey) {
	known := ev.history.evictions
	for i := range d.evicted {
		s := d.evicted[i]
		at := ev.history.began(time.Time{}, unreadySince(s.pod), ev.now)
		if _, ok := known[s.pod.UID]; !ok && ev.now.Sub(at) < BackOffReset { // older ones are of the past
			known = put(maps.Clone(known), s.pod.UID, eviction{s, at})
		}
	}
	ev.history.evictions = known
	var last time.Time
	for _, e := range known {
		if e.at.After(last) {
			last = e.at
		}
	}
	if len(known) == 0 || (d.ready >= d.of && ev.now.Sub(last) >= evictionTime) {
		return
	}
	ev.wake.Set(last.Add(evictionTime))
	rounds := int32(len(known) / max(1, d.of))
	uids := slices.SortedFunc(maps.Keys(known), func(a, b types.UID) int { return strings.Compare(string(a), string(b)) })
	for _, uid := range uids {
		s := known[uid].symptom
		s.restarts, s.rounds = rounds, rounds
		d.symptoms = append(d.symptoms, s)
	}
}
