package diagnosis

import (
	"fmt"
	"iter"

	corev1 "k8s.io/api/core/v1"
)

// role is what a container is for in its pod.
type role int

const (
	roleMain role = iota
	roleInit
	// roleSidecar is an init container that keeps running (restartPolicy Always, KEP-753).
	roleSidecar
)

// containerRef is one container of a pod: its spec and its status.
type containerRef struct {
	pod    *corev1.Pod
	spec   *corev1.Container
	status *corev1.ContainerStatus
	role   role
}

// containers iterates over the containers that have a status, in the order in which they start.
func containers(pod *corev1.Pod) iter.Seq[containerRef] {
	return func(yield func(containerRef) bool) {
		for i := range pod.Spec.InitContainers {
			c := &pod.Spec.InitContainers[i]
			r := roleInit
			if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
				r = roleSidecar
			}
			if s := statusOf(pod.Status.InitContainerStatuses, c.Name); s != nil && !yield(containerRef{pod, c, s, r}) {
				return
			}
		}
		for i := range pod.Spec.Containers {
			c := &pod.Spec.Containers[i]
			if s := statusOf(pod.Status.ContainerStatuses, c.Name); s != nil && !yield(containerRef{pod, c, s, roleMain}) {
				return
			}
		}
	}
}

func statusOf(statuses []corev1.ContainerStatus, name string) *corev1.ContainerStatus {
	for i := range statuses {
		if statuses[i].Name == name {
			return &statuses[i]
		}
	}
	return nil
}

// field is the part of the status that says how the container is or, while it runs or waits after a crash, how it ended.
func (ref containerRef) field() string {
	list, state := "containerStatuses", "state"
	if ref.role != roleMain {
		list = "initContainerStatuses"
	}
	switch s := &ref.status.State; {
	case s.Terminated != nil:
		state = "state.terminated"
	case s.Waiting != nil && waitingRules[s.Waiting.Reason] != nil:
		state = "state.waiting"
	case ref.status.LastTerminationState.Terminated != nil:
		state = "lastState.terminated"
	case s.Running != nil:
		state = "ready"
	}
	return fmt.Sprintf("status.%s[%s].%s", list, ref.spec.Name, state)
}

func (ref containerRef) key() containerKey { return containerKey{ref.pod.UID, ref.spec.Name} }

// restartsAlways tells whether the containers of a pod are to run without an end.
func restartsAlways(pod *corev1.Pod) bool {
	return pod.Spec.RestartPolicy == "" || pod.Spec.RestartPolicy == corev1.RestartPolicyAlways
}

func (ref containerRef) running() bool { return ref.status.State.Running != nil }

// finished tells of a container that is to end whether it has succeeded.
func (ref containerRef) finished() bool {
	t := ref.status.State.Terminated
	return (ref.role == roleInit || !restartsAlways(ref.pod)) && t != nil && t.ExitCode == 0
}

// serving tells whether the container is as it should be at the end of a rollout.
func (ref containerRef) serving() bool {
	switch ref.role {
	case roleInit:
		return ref.finished()
	case roleSidecar: // its readiness is in the status since 1.29; started is enough before that
		return ref.running() && (ref.status.Ready || (ref.status.Started != nil && *ref.status.Started && ref.spec.ReadinessProbe == nil))
	default:
		return ref.running() && ref.status.Ready
	}
}

// crash returns the last termination that should not have happened, and which run it ended. The status often keeps
// state.terminated during a back-off, so the waiting reason does not matter here (recordings t, e, g).
func (ref containerRef) crash() (ended *corev1.ContainerStateTerminated, run LogKey) {
	run = LogKey{Pod: ref.pod.Name, PodUID: ref.pod.UID, Container: ref.spec.Name, Restart: ref.status.RestartCount}
	ended = ref.status.State.Terminated
	if ended == nil {
		ended = ref.status.LastTerminationState.Terminated
		if ref.running() && ref.status.RestartCount > 0 {
			run.Restart, run.Previous = ref.status.RestartCount-1, true
		}
	}
	if ended == nil || ended.ExitCode == 0 && (ref.role == roleInit || !restartsAlways(ref.pod)) {
		return nil, LogKey{}
	}
	// The kubelet has lost the container: how it ended is not known.
	if ended.Reason == "ContainerStatusUnknown" {
		return nil, LogKey{}
	}
	return ended, run
}
