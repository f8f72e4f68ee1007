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

// unplacedTime is how long a pod may lie without a word from its scheduler.
const unplacedTime = 10 * time.Second

// unplaced names why a pod has no node.
func (c *clues) unplaced(pod *corev1.Pod) (symptom, bool) {
	if pod.Spec.NodeName != "" {
		return symptom{}, false
	}
	placed := podCondition(pod, corev1.PodScheduled)
	switch {
	case placed == nil && c.unreadyFor(pod, unplacedTime):
		return c.unscheduled(pod), true
	case placed == nil || placed.Status != corev1.ConditionFalse:
		return symptom{}, false
	}
	return c.unschedulable(pod, placed.Message), true
}

// unscheduled: the scheduler says nothing. It is silent while it waits for the volumes of the node that it
// has chosen, for ten minutes by default.
func (c *clues) unscheduled(pod *corev1.Pod) symptom {
	if found, ok := c.unboundClaim(pod); ok {
		return found
	}
	if node := pod.Status.NominatedNodeName; node != "" {
		return waiting(Unschedulable, fmt.Sprintf("the scheduler has chosen node %s, and has not bound the pod to it", node))
	}
	return waiting(Unschedulable, fmt.Sprintf("no scheduler handles the pod (schedulerName %q)", c.template.Spec.SchedulerName))
}

var (
	// schedulerTail: what comes after the reasons is about preemption, and helps nobody.
	schedulerTail = lazily(`[.,]?\s*(?:preemption: |no new claims to deallocate|Preemption is not helpful).*$`)
	nodesLead     = lazily(`^\d+/\d+ nodes are available: `)
	// ofVolumes: phrases of the scheduler's volume plugins about claims that are not bound.
	ofVolumes = []string{
		"unbound immediate persistentvolumeclaims", "unbound persistentvolumeclaims", "find available persistent volumes to bind",
		"persistentvolumeclaim ", "provisioning failed", "unbound or unprovisioned", "binding volumes",
	}
)

// unschedulable keeps the reasons of the scheduler's message. When all of them are about claims it
// is the volume that is pending.
func (c *clues) unschedulable(pod *corev1.Pod, text string) symptom {
	message := oneLine(strings.TrimRight(schedulerTail().ReplaceAllString(text, ""), ". "))
	if found, ok := missingObject(text, message); ok {
		return found
	}
	reasons := strings.ToLower(nodesLead().ReplaceAllString(message, ""))
	for _, r := range strings.Split(reasons, ", ") {
		if !containsAny(r, ofVolumes) {
			return waiting(Unschedulable, oneLine(message+c.asked(pod, reasons)))
		}
	}
	if found, ok := c.unboundClaim(pod); ok {
		found.message = oneLine(message + ": " + found.message)
		return found
	}
	found := waiting(VolumePending, message)
	if names := claimNames(c.template, pod); len(names) > 0 {
		found.subject = names[0]
	}
	return found
}

// asked adds what the pod asks for of that which no node has: its requests, its selector.
func (c *clues) asked(pod *corev1.Pod, reasons string) string {
	var all []string
	demand := workload.PodDemand(&pod.Spec)
	for _, name := range slices.Sorted(maps.Keys(demand)) {
		resource, ok := strings.CutPrefix(string(name), "requests.")
		if q := demand[name]; ok && !q.IsZero() && strings.Contains(reasons, "insufficient "+strings.ToLower(resource)) {
			all = append(all, resource+" "+q.String())
		}
	}
	if strings.Contains(reasons, "selector") {
		for _, key := range slices.Sorted(maps.Keys(c.template.Spec.NodeSelector)) {
			all = append(all, "node label "+key+"="+c.template.Spec.NodeSelector[key])
		}
	}
	if all == nil {
		return ""
	}
	return "; the pod asks for " + strings.Join(all, ", ")
}

func podCondition(pod *corev1.Pod, kind corev1.PodConditionType) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == kind {
			return &pod.Status.Conditions[i]
		}
	}
	return nil
}
