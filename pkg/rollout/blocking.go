package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// PodRef names one pod.
type PodRef struct {
	Namespace, Name string
	UID             types.UID
}

// blockTime is how long a pod may hold up an ordered update before that is told.
const blockTime = 2 * time.Second

// heldUp are what keeps pods of our revision from being made: pods of other revisions that do not end, that an
// ordered update waits for, or that only a person replaces.
func (j *judge) heldUp() []symptom {
	w := j.seen.Workload
	j.next.Blocking = nil
	if !j.observed() || j.complete() || j.revision == nil {
		return nil
	}
	all := j.stuckTerminating()
	switch {
	case w.PerNode && w.Desired == 0:
		all = append(all, waiting(NoMatchingNode, "no node takes its pods: see the template's nodeSelector, affinity and tolerations, and the nodes' taints"))
	case w.Strategy.OnDelete:
		all = append(all, j.onDelete()...)
	case w.Strategy.Ordered:
		all = append(all, j.blockedByPods()...)
	}
	return all
}

// old are the pods of other revisions that are meant to stay.
func (j *judge) old() []*corev1.Pod {
	var old []*corev1.Pod
	for _, pod := range j.seen.Pods {
		if pod.DeletionTimestamp == nil && !ended(pod) && !j.revision.Owns(pod) {
			old = append(old, pod)
		}
	}
	return old
}

func (j *judge) onDelete() []symptom {
	old := j.old()
	if len(old) == 0 {
		return nil
	}
	found := waiting(OnDelete, fmt.Sprintf("updateStrategy is OnDelete: %d old pods are replaced only when somebody deletes them", len(old)))
	found.exemplar = old[len(old)-1].Name
	return []symptom{found}
}

// blockedByPods: an ordered update replaces no pod while one of another revision is not ready, not even that one
// (kubernetes/kubernetes#67250).
func (j *judge) blockedByPods() []symptom {
	var all []symptom
	for _, pod := range slices.Backward(j.old()) {
		if isReady(pod) || !j.passed(later(unreadySince(pod), blockTime)) {
			continue
		}
		found := waiting(BlockedByPod, fmt.Sprintf("pod %s%s is not ready, and no pod is updated before it is", pod.Name, j.ofRevision(pod)))
		found.exemplar = pod.Name
		all = append(all, found)
		if workload.KeyOf(pod) == j.next.Target.Leaving && !j.leavingNow() {
			j.next.Blocking = append(j.next.Blocking, PodRef{pod.Namespace, pod.Name, pod.UID})
		}
	}
	return all
}

// leavingNumber is the number of the revision that is left; 0 if none is.
func (j *judge) leavingNumber() int64 {
	for i := range j.seen.Revisions {
		if r := &j.seen.Revisions[i]; r.Key == j.next.Target.Leaving {
			return r.Number
		}
	}
	return 0
}

// leavingNow: a pod of the revision is on its way out, and the next one waits for that.
func (j *judge) leavingNow() bool {
	return slices.ContainsFunc(j.seen.Pods, func(pod *corev1.Pod) bool {
		return pod.DeletionTimestamp != nil && workload.KeyOf(pod) == j.next.Target.Leaving
	})
}

func (j *judge) ofRevision(pod *corev1.Pod) string {
	for i := range j.seen.Revisions {
		if r := &j.seen.Revisions[i]; r.Owns(pod) && r.Number > 0 {
			return fmt.Sprintf(" of revision %d", r.Number)
		}
	}
	return ""
}

// endTime is how long a pod may be there after the end of its grace period before that is told.
const endTime = 10 * time.Second

// stuckTerminating are pods that should have ended, where a new pod waits for that.
func (j *judge) stuckTerminating() []symptom {
	w := j.seen.Workload
	if !w.Strategy.InPlace && !w.Strategy.Recreate {
		return nil
	}
	var all []symptom
	for _, pod := range j.seen.Pods {
		end := pod.DeletionTimestamp
		if end == nil || !j.passed(end.Add(endTime)) {
			continue
		}
		why := "its node " + pod.Spec.NodeName + " may be lost"
		if len(pod.Finalizers) > 0 {
			why = "finalizers: " + strings.Join(pod.Finalizers, ", ")
		}
		found := waiting(StuckTerminating, fmt.Sprintf("pod %s should have ended at %s; %s", pod.Name, end.Format(time.TimeOnly), why))
		found.exemplar, found.subject = pod.Name, pod.Spec.NodeName
		if len(pod.Finalizers) > 0 {
			found.subject = ""
		}
		all = append(all, found)
	}
	return all
}
