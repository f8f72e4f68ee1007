package diagnosis

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// unscheduledTime is how long a pod may have no condition of its scheduler.
const unscheduledTime = 10 * time.Second

// unscheduled names why a pod has no node.
func (ev *evidence) unscheduled(pod *corev1.Pod) (symptom, bool) {
	if pod.Spec.NodeName != "" {
		return symptom{}, false
	}
	placed := podCondition(pod, corev1.PodScheduled)
	switch {
	case placed == nil && ev.unreadyFor(pod, unscheduledTime):
		return ev.schedulerSilent(pod).from("spec.nodeName"), true
	case placed == nil || placed.Status != corev1.ConditionFalse:
		return symptom{}, false
	}
	return ev.unschedulable(pod, placed.Message).from("status.conditions[PodScheduled]"), true
}

// schedulerSilent explains a pod without a condition of its scheduler: the scheduler waits up to ten minutes for volumes
// on the node that it has chosen.
func (ev *evidence) schedulerSilent(pod *corev1.Pod) symptom {
	if found, ok := ev.unboundClaim(pod); ok {
		return found
	}
	if node := pod.Status.NominatedNodeName; node != "" {
		return waiting(Unschedulable, fmt.Sprintf("the scheduler has chosen node %s, and has not bound the pod to it", node))
	}
	return waiting(Unschedulable, fmt.Sprintf("no scheduler handles the pod (schedulerName %q)", ev.template.Spec.SchedulerName))
}

var (
	// schedulerTail matches the part about preemption, which helps nobody.
	schedulerTail = lazily(`[.,]?\s*(?:preemption: |no new claims to deallocate|Preemption is not helpful).*$`)
	nodesLead     = lazily(`^\d+/\d+ nodes are available: `)
	// ofVolumes: phrases of the scheduler's volume plugins about claims that are not bound.
	ofVolumes = []string{
		"unbound immediate persistentvolumeclaims", "unbound persistentvolumeclaims", "find available persistent volumes to bind",
		"persistentvolumeclaim ", "provisioning failed", "unbound or unprovisioned", "binding volumes",
	}
)

// unschedulable keeps the reasons of the scheduler's message. If all of them are about claims, the cause is
// VolumePending.
func (ev *evidence) unschedulable(pod *corev1.Pod, text string) symptom {
	message := oneLine(strings.TrimRight(schedulerTail().ReplaceAllString(text, ""), ". "))
	if found, ok := missingObject(text, message); ok {
		return found
	}
	reasons := strings.ToLower(nodesLead().ReplaceAllString(message, ""))
	for _, r := range strings.Split(reasons, ", ") {
		if !containsAny(r, ofVolumes) {
			return waiting(Unschedulable, oneLine(message+ev.asked(pod, reasons)))
		}
	}
	if found, ok := ev.unboundClaim(pod); ok {
		found.message = oneLine(message + ": " + found.message)
		return found
	}
	found := waiting(VolumePending, message)
	if names := claimNames(ev.template, pod); len(names) > 0 {
		found.subject = names[0]
	}
	return found
}

// asked adds the requests and the selector that no node satisfies.
func (ev *evidence) asked(pod *corev1.Pod, reasons string) string {
	var all []string
	demand := workload.PodDemand(&pod.Spec)
	for _, name := range slices.Sorted(maps.Keys(demand)) {
		resource, ok := strings.CutPrefix(string(name), "requests.")
		if q := demand[name]; ok && !q.IsZero() && strings.Contains(reasons, "insufficient "+strings.ToLower(resource)) {
			all = append(all, resource+" "+q.String())
		}
	}
	if strings.Contains(reasons, "selector") {
		for _, key := range slices.Sorted(maps.Keys(ev.template.Spec.NodeSelector)) {
			all = append(all, "node label "+key+"="+ev.template.Spec.NodeSelector[key])
		}
	}
	if all == nil {
		return ""
	}
	return "; the pod asks for " + strings.Join(all, ", ")
}
