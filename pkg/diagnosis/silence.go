package diagnosis

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Silence describes a rollout that stands still without a cause, by the status alone. It begins with a colon, or is empty.
func (d *Diagnosis) Silence() string {
	if len(d.Problems) > 0 {
		return ""
	}
	w := d.in.Workload
	kind := workload.KindNamed(w.Kind)
	switch {
	case w.ObservedGeneration < w.Generation:
		return fmt.Sprintf(": %s has not observed generation %d yet", kind.Observer(), w.Generation)
	case d.in.Revision == nil && kind.History == nil:
		return ": the kubelet has not ended the old containers yet"
	case d.in.Revision == nil:
		return fmt.Sprintf(": no %s was made for the new revision yet%s", kind.History.Kind, d.deadPods())
	case d.in.Revision != nil && d.in.Revision.Failure != nil && d.in.Revision.Total < d.in.Revision.Desired:
		return fmt.Sprintf(": ReplicaSet %s can't create pods: %s", d.in.Revision.Name, d.in.Revision.Failure.Message)
	}
	for _, pod := range d.Unhealthy {
		if text := standsStill(pod); text != "" {
			return ": " + text
		}
	}
	return ""
}

// deadPods describes a Recreate that waits for old pods although they have ended (kubernetes/kubernetes#60162).
func (d *Diagnosis) deadPods() string {
	var dead *corev1.Pod
	for _, pod := range d.in.Pods {
		if !Ended(pod) {
			return ""
		}
		dead = pod
	}
	switch {
	case !d.in.Workload.Strategy.Recreate, d.in.SettledElse(nil) > 0:
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
	for ref := range containers(pod) {
		if w := ref.status.State.Waiting; w != nil && w.Reason != "" {
			return fmt.Sprintf("pod %s: container %s is waiting: %s", pod.Name, ref.spec.Name, w.Reason)
		}
	}
	return NotServing(pod)
}

// Late is the finding of a rollout that has run out of time.
func (d *Diagnosis) Late(message string) Finding {
	late := Finding{Cause: DeadlineExceeded, Grade: Fatal, Message: oneLine(message + d.Silence()), Of: d.Of, Exemplar: d.History.revision}
	late.Next = d.nextCommands(&Problem{Finding: late})
	late.Pods = max(0, late.Of-d.Ready)
	return late
}
