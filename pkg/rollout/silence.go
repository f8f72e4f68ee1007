package rollout

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// silence is what the status alone shows of a rollout that stands still without a cause. It begins with a
// colon, and is empty where there is nothing to say.
func (j *judge) silence() string {
	if len(j.complaints) > 0 {
		return ""
	}
	w := j.seen.Workload
	switch {
	case w.ObservedGeneration < w.Generation:
		return fmt.Sprintf(": the deployment controller has not observed generation %d yet", w.Generation)
	case j.revision == nil:
		return ": no ReplicaSet was made for the new revision yet" + j.deadPods()
	case j.revision.Failure != nil && j.revision.Total < j.revision.Desired:
		return fmt.Sprintf(": ReplicaSet %s can't create pods: %s", j.revision.Name, j.revision.Failure.Message)
	}
	for _, pod := range j.ailing {
		if text := standsStill(pod); text != "" {
			return ": " + text
		}
	}
	return ""
}

// deadPods: before a Recreate makes the new pods, the controller waits for the old ones to end, and some
// controllers wait for those that have (kubernetes/kubernetes#60162).
func (j *judge) deadPods() string {
	var dead *corev1.Pod
	for _, pod := range j.seen.Pods {
		if !ended(pod) {
			return ""
		}
		dead = pod
	}
	switch {
	case !j.seen.Workload.Strategy.Recreate:
		return ""
	case dead == nil:
		return ", although the old pods are gone"
	}
	why := string(dead.Status.Phase)
	if dead.Status.Reason != "" {
		why = dead.Status.Reason
	}
	return fmt.Sprintf(", although the old pods have ended; the controller may wait for the dead pod %s (%s): delete it to go on", dead.Name, why)
}

// standsStill says how far a pod has come.
func standsStill(pod *corev1.Pod) string {
	for s := range seats(pod) {
		if w := s.status.State.Waiting; w != nil && w.Reason != "" {
			return fmt.Sprintf("pod %s: container %s is waiting: %s", pod.Name, s.spec.Name, w.Reason)
		}
	}
	return notServing(pod)
}
