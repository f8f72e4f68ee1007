package diagnosis

import (
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// blockTime is how long an unready pod may hold up an ordered update before it becomes a finding. Where the order does
// not matter the controller deletes the pod at once, but for some releases of 1.35 (kubernetes/kubernetes#137409).
const (
	blockTime     = 2 * time.Second
	blockTimeElse = 30 * time.Second
)

// heldUp names why pods of the revision are not created: pods of other revisions do not end, hold up an ordered update,
// or are replaced only by a person.
func (d *Diagnosis) heldUp() []symptom {
	w := d.in.Workload
	if !d.in.observed() || d.Complete || d.in.Revision == nil {
		return nil
	}
	all := d.stuckTerminating()
	switch {
	case w.PerNode && w.Desired == 0:
		all = append(all, waiting(NoMatchingNode, "no node takes its pods: see the template's nodeSelector, affinity and tolerations, and the nodes' taints").from("status.desiredNumberScheduled").of(w.Kind, w.Name))
	case w.Strategy.OnDelete:
		all = append(all, d.onDelete()...)
	case w.Strategy.InPlace && !w.PerNode:
		all = append(all, d.blockedByPods()...)
	}
	return all
}

// old are the pods of other revisions, of those in Pods, that have not ended and are not being deleted.
func (d *Diagnosis) old() []*corev1.Pod {
	var old []*corev1.Pod
	for _, pod := range d.in.Pods {
		if pod.DeletionTimestamp == nil && !Ended(pod) && !d.in.Revision.Owns(pod) {
			old = append(old, pod)
		}
	}
	return old
}

func (d *Diagnosis) onDelete() []symptom {
	old := d.old()
	n := len(old) + int(d.in.SettledElse(d.in.Revision))
	if n == 0 {
		return nil
	}
	which := ""
	if len(old) > 0 {
		which = " (" + firstNames(old, n) + ")"
	}
	found := waiting(OnDelete, fmt.Sprintf("updateStrategy is OnDelete: an old pod is replaced only when somebody deletes it; %d old%s", n, which))
	if len(old) > 0 {
		found.exemplar, found.subject = old[len(old)-1].Name, d.notOfRevision()
	}
	return []symptom{found.from("spec.updateStrategy.type").of(d.in.Workload.Kind, d.in.Workload.Name)}
}

// firstNames are up to three of the pods by name, and how many more of n there are.
func firstNames(pods []*corev1.Pod, n int) string {
	const most = 3
	var names []string
	for _, pod := range slices.Backward(pods) {
		if len(names) == most {
			break
		}
		names = append(names, pod.Name)
	}
	text := strings.Join(names, ", ")
	if n > len(names) {
		text += fmt.Sprintf(" and %d more", n-len(names))
	}
	return text
}

// notOfRevision selects the pods of other revisions by their labels.
func (d *Diagnosis) notOfRevision() string {
	w, hash := d.in.Workload, d.in.Revision.Key.Hash
	if w.Selector == nil || hash == "" {
		return ""
	}
	return metav1.FormatLabelSelector(w.Selector) + "," + appsv1.ControllerRevisionHashLabelKey + "!=" + hash
}

// blockedByPods finds unready pods of other revisions. An ordered update replaces no pod before they are ready, not even
// the unready one (kubernetes/kubernetes#67250).
func (d *Diagnosis) blockedByPods() []symptom {
	var all []symptom
	patience := blockTime
	if !d.in.Workload.Strategy.Ordered {
		patience = blockTimeElse
	}
	for _, pod := range slices.Backward(d.old()) {
		s := d.in.Workload.Strategy
		kept := workload.Ordinal(pod)-s.FirstOrdinal < s.Partition // it is to stay of its revision
		if IsReady(pod) || kept || !d.evidence.wake.Passed(later(unreadySince(pod), patience)) {
			continue
		}
		found := waiting(BlockedByPod, fmt.Sprintf("pod %s%s is not ready, and no pod is updated before it is", pod.Name, d.ofRevision(pod)))
		found.exemplar, found.began = pod.Name, unreadySince(pod)
		if d.in.Deletable == nil || !d.in.Deletable(pod) {
			found.subject = pod.Name
			found.message += fmt.Sprintf("; if it can't become ready: kubectl delete pod %s -n %s", pod.Name, pod.Namespace)
		}
		found = found.from("status.conditions[Ready]").of(podKind, pod.Name)
		all = append(all, found)
		d.Blocking = append(d.Blocking, pod)
	}
	return all
}

// Broken tells whether a container of a pod has crashed or can't start. One that runs is not broken, ready or not.
func Broken(pod *corev1.Pod) bool {
	return slices.ContainsFunc(slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses), func(c corev1.ContainerStatus) bool {
		switch {
		case c.State.Waiting != nil:
			return c.State.Waiting.Reason != "ContainerCreating" && c.State.Waiting.Reason != "PodInitializing" && c.State.Waiting.Reason != ""
		case c.State.Terminated != nil:
			return c.State.Terminated.ExitCode != 0
		}
		return false
	})
}

func (d *Diagnosis) ofRevision(pod *corev1.Pod) string {
	for i := range d.in.Revisions {
		if r := &d.in.Revisions[i]; r.Owns(pod) && r.Number > 0 {
			return fmt.Sprintf(" of revision %d", r.Number)
		}
	}
	return ""
}

// endTime is how long a pod may outlive its grace period before it becomes a finding.
const endTime = 10 * time.Second

// stuckTerminating finds pods past their deletion deadline, where a new pod waits for their end.
func (d *Diagnosis) stuckTerminating() []symptom {
	w := d.in.Workload
	if !w.Strategy.InPlace && !w.Strategy.Recreate {
		return nil
	}
	var all []symptom
	for _, pod := range d.in.Pods {
		end := pod.DeletionTimestamp
		if end == nil || !d.evidence.wake.Passed(end.Add(endTime)) {
			continue
		}
		why := "its node " + pod.Spec.NodeName + " may be lost"
		down := d.evidence.nodeDown(pod.Spec.NodeName)
		switch {
		case len(pod.Finalizers) > 0:
			why = "finalizers: " + strings.Join(pod.Finalizers, ", ")
		case down != "":
			why = "node " + pod.Spec.NodeName + ": " + down
		case d.evidence.nodes[pod.Spec.NodeName] != nil:
			why = "its node " + pod.Spec.NodeName + " is Ready: the kubelet has not stopped the containers yet"
		}
		found := waiting(StuckTerminating, fmt.Sprintf("pod %s should have ended at %s; %s", pod.Name, end.Format(time.TimeOnly), why))
		found.exemplar, found.subject, found.began = pod.Name, pod.Spec.NodeName, end.Time
		if len(pod.Finalizers) > 0 {
			found.subject = ""
		}
		found = found.from("metadata.deletionTimestamp").of(podKind, pod.Name)
		all = append(all, found)
	}
	return all
}

// pausedSymptom names a pause that holds back the template.
func (d *Diagnosis) pausedSymptom() []symptom {
	if !d.in.Workload.Paused || d.in.observed() && d.Complete {
		return nil
	}
	return []symptom{waiting(Paused, "spec.paused is true: the controller does not roll out the template").from("spec.paused").of(d.in.Workload.Kind, d.in.Workload.Name)}
}
