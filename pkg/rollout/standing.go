package rollout

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Standing counts the pods of a workload by their revision (the UID of its ReplicaSet), at the moment
// of a capture. A status counts a pod of a crash loop as available whenever it is up; this does not.
type Standing map[types.UID]Stand

// Stand counts pods of one revision.
type Stand struct {
	// Settled pods are ready, and no container of them has just crashed.
	Settled int32
	// Starting pods are not ready yet, and nothing has gone wrong in them: an autoscaler may have asked
	// for them a moment ago.
	Starting int32
}

// maxStarting is how young a pod must be to count as starting: the API's default progress deadline.
const maxStarting = 10 * time.Minute

// Add counts one pod in. Pods may be added as they are read, page by page.
func (s Standing) Add(pod *corev1.Pod, now time.Time) {
	owner := metav1.GetControllerOf(pod)
	if owner == nil || pod.DeletionTimestamp != nil || ended(pod) {
		return
	}
	stand := s[owner.UID]
	switch {
	case crashing(pod, now):
	case isReady(pod):
		stand.Settled++
	case starting(pod, now):
		stand.Starting++
	}
	s[owner.UID] = stand
}

// crashing: a container has ended when it should not have, and has not outlasted that since.
func crashing(pod *corev1.Pod, now time.Time) bool {
	for s := range seats(pod) {
		ended, _ := s.crash()
		if ended == nil || s.finished() {
			continue
		}
		if !s.running() || now.Before(s.status.State.Running.StartedAt.Add(recovery(ended))) {
			return true
		}
	}
	return false
}

// starting: on its way, and nothing but time is needed.
func starting(pod *corev1.Pod, now time.Time) bool {
	if now.Sub(pod.CreationTimestamp.Time) > maxStarting {
		return false
	}
	for s := range seats(pod) {
		if w := s.status.State.Waiting; w != nil && w.Reason != "" && w.Reason != "ContainerCreating" && w.Reason != "PodInitializing" {
			return false
		}
	}
	return true
}
