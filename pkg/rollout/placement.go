package rollout

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
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
		return waiting(Unschedulable, fmt.Sprintf("no scheduler has taken up the pod (schedulerName %q)", c.template.Spec.SchedulerName)), true
	case placed == nil || placed.Status != corev1.ConditionFalse:
		return symptom{}, false
	}
	return c.unschedulable(placed.Message), true
}

var (
	// schedulerTail: what comes after the reasons is about preemption, and helps nobody.
	schedulerTail = lazily(`[.,]?\s*(?:preemption: |no new claims to deallocate|Preemption is not helpful).*$`)
	nodesLead     = lazily(`^\d+/\d+ nodes are available: `)
	// ofVolumes: phrases of the scheduler's volume plugins about claims that are not bound.
	ofVolumes = []string{
		"unbound immediate persistentvolumeclaims", "unbound persistentvolumeclaims", "find available persistent volumes to bind",
		"persistentvolumeclaim ", "provisioning failed", "unbound or unprovisioned",
	}
)

// unschedulable keeps the reasons of the scheduler's message. When all of them are about claims it
// is the volume that is pending.
func (c *clues) unschedulable(text string) symptom {
	message := oneLine(strings.TrimRight(schedulerTail().ReplaceAllString(text, ""), ". "))
	if found, ok := missingObject(text, message); ok {
		return found
	}
	reasons := strings.ToLower(nodesLead().ReplaceAllString(message, ""))
	for _, r := range strings.Split(reasons, ", ") {
		if !containsAny(r, ofVolumes) {
			return waiting(Unschedulable, message)
		}
	}
	found := waiting(VolumePending, message)
	found.subject, found.message = c.pendingClaim(message)
	return found
}

// pendingClaim returns the claim that an event explains, or the first of the pod's.
func (c *clues) pendingClaim(message string) (claim, text string) {
	for _, v := range c.template.Spec.Volumes {
		if v.PersistentVolumeClaim == nil {
			continue
		}
		if claim == "" {
			claim = v.PersistentVolumeClaim.ClaimName
		}
		if note := c.claimNote(v.PersistentVolumeClaim.ClaimName); note != nil {
			return v.PersistentVolumeClaim.ClaimName, message + ": " + oneLine(noteText(note))
		}
	}
	return claim, message
}

func (c *clues) claimNote(name string) *corev1.Event {
	for _, about := range c.notes {
		if o := about[0].InvolvedObject; o.Kind == "PersistentVolumeClaim" && o.Name == name {
			return about.latest("", "ProvisioningFailed", "FailedBinding")
		}
	}
	return nil
}

func podCondition(pod *corev1.Pod, kind corev1.PodConditionType) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == kind {
			return &pod.Status.Conditions[i]
		}
	}
	return nil
}
