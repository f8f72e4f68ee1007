package diagnosis

import (
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

// seat is one container of a pod: what it should be and how it is.
type seat struct {
	pod    *corev1.Pod
	spec   *corev1.Container
	status *corev1.ContainerStatus
	role   role
}

// seats goes through the containers of a pod that have a status, in the order in which they start.
func seats(pod *corev1.Pod) iter.Seq[seat] {
	return func(yield func(seat) bool) {
		for i := range pod.Spec.InitContainers {
			c := &pod.Spec.InitContainers[i]
			r := roleInit
			if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
				r = roleSidecar
			}
			if s := statusOf(pod.Status.InitContainerStatuses, c.Name); s != nil && !yield(seat{pod, c, s, r}) {
				return
			}
		}
		for i := range pod.Spec.Containers {
			c := &pod.Spec.Containers[i]
			if s := statusOf(pod.Status.ContainerStatuses, c.Name); s != nil && !yield(seat{pod, c, s, roleMain}) {
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

func (s seat) key() containerKey { return containerKey{s.pod.UID, s.spec.Name} }

func (s seat) running() bool { return s.status.State.Running != nil }

// finished: an init container that has done its work.
func (s seat) finished() bool {
	t := s.status.State.Terminated
	return s.role == roleInit && t != nil && t.ExitCode == 0
}

// serving: as it should be at the end of a rollout.
func (s seat) serving() bool {
	switch s.role {
	case roleInit:
		return s.finished()
	case roleSidecar: // its readiness is in the status since 1.29; started is enough before that
		return s.running() && (s.status.Ready || (s.status.Started != nil && *s.status.Started && s.spec.ReadinessProbe == nil))
	default:
		return s.running() && s.status.Ready
	}
}

// crash returns how the container last ended when it should not have, and which run that was. The
// status often keeps state.terminated during a back-off, so the waiting reason says nothing here
// (recordings t, e, g).
func (s seat) crash() (ended *corev1.ContainerStateTerminated, run LogKey) {
	run = LogKey{Pod: s.pod.Name, PodUID: s.pod.UID, Container: s.spec.Name, Restart: s.status.RestartCount}
	ended = s.status.State.Terminated
	if ended == nil {
		ended = s.status.LastTerminationState.Terminated
		if s.running() && s.status.RestartCount > 0 {
			run.Restart, run.Previous = s.status.RestartCount-1, true
		}
	}
	if ended == nil || (s.role == roleInit && ended.ExitCode == 0) {
		return nil, LogKey{}
	}
	// The kubelet says so of a container that it has lost sight of: how it ended is not known.
	if ended.Reason == "ContainerStatusUnknown" {
		return nil, LogKey{}
	}
	return ended, run
}
