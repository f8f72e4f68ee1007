package diagnosis

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// outage tells whether nothing serves any more: no pod of another revision is ready, and every new pod
// has failed after it had been ready. Patience is for new pods that start badly while others serve, or
// that were never ready. What ended for good, as an evicted pod, is replaced and does not count.
func (d *Diagnosis) outage() bool {
	failed := map[*corev1.Pod]bool{}
	for i := range d.Problems {
		if d.Problems[i].Grade != Failing || d.Problems[i].Cause == Evicted {
			continue
		}
		for _, pod := range d.Problems[i].Affected {
			if d.History.fell[pod.UID] && !Ended(pod) && !endedBefore(pod, d.in.Since) {
				failed[pod] = true
			}
		}
	}
	return len(failed) > 0 && len(failed) == d.survey.of && !slices.ContainsFunc(d.in.Pods, d.servesOld)
}

// outageNear tells whether the next crash may be an outage: of what was ready, only pods that fell since are left.
func (d *Diagnosis) outageNear() bool {
	m := &d.History
	return len(m.fell) > 0 && !slices.ContainsFunc(d.in.Pods, func(pod *corev1.Pod) bool {
		return d.servesOld(pod) || pod.DeletionTimestamp == nil && IsReady(pod) && !m.fell[pod.UID]
	})
}

func (d *Diagnosis) servesOld(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp == nil && IsReady(pod) && !d.in.Revision.Owns(pod)
}

// minServed is how long a run lasts at least that served. Without a readiness probe a container is ready the
// moment it runs: one that ends at once has started badly.
const minServed = 2 * time.Second

// fellFromReady tells by the pod's own times whether it was ready before one of its containers ended: it
// is not ready, and that changed after the kubelet's first status; or it is ready since before that end.
func fellFromReady(pod *corev1.Pod) bool {
	ready := podCondition(pod, corev1.PodReady)
	if ready == nil {
		return false
	}
	changed := ready.LastTransitionTime.Time
	for s := range seats(pod) {
		ended, _ := s.crash()
		if ended == nil || ended.FinishedAt.Sub(ended.StartedAt.Time) < minServed {
			continue
		}
		if ready.Status == corev1.ConditionTrue {
			return changed.Before(ended.FinishedAt.Time)
		}
		// Both times of a first status are taken in one go, and have no fractions.
		return pod.Status.StartTime != nil && changed.Sub(pod.Status.StartTime.Time) > time.Second
	}
	return false
}

// endedBefore tells whether all that ended badly in a pod ended before a moment, after a run so long that
// the rollout had no part in it.
func endedBefore(pod *corev1.Pod, moment time.Time) bool {
	for s := range seats(pod) {
		ended, _ := s.crash()
		if ended != nil && (!ended.FinishedAt.Time.Before(moment) || ended.FinishedAt.Sub(ended.StartedAt.Time) < BackOffReset) {
			return false
		}
	}
	return true
}
