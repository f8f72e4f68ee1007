package lifecycle

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// LogOf finds the log that a request means, by the status that the API shows;
// the errors are the kubelet's.
func (m *Machine) LogOf(container string, previous bool) (*Log, error) {
	pod := m.pod.Name
	s := containerStatus(&m.status, container)
	if s == nil {
		return nil, fmt.Errorf("container %q in pod %q is not available", container, pod)
	}
	last := s.LastTerminationState.Terminated
	ended := func(t *corev1.ContainerStateTerminated) bool { return t != nil && t.ContainerID != "" }
	var id string
	switch {
	case previous && !ended(last):
		return nil, fmt.Errorf("previous terminated container %q in pod %q not found", container, pod)
	case previous:
		id = last.ContainerID
	case s.State.Running != nil:
		id = s.ContainerID
	case ended(s.State.Terminated):
		id = s.State.Terminated.ContainerID
	case ended(last):
		id = last.ContainerID
	case s.State.Terminated != nil || last != nil:
		return nil, fmt.Errorf("container %q in pod %q is terminated", container, pod)
	default:
		return nil, fmt.Errorf("container %q in pod %q is waiting to start: %v", container, pod, waitingWords(s))
	}
	for _, i := range m.runtime.instances[container] {
		if i.id == bareID(id) {
			return i.log, nil
		}
	}
	// The runtime has removed that container. The kubelet answers so, and with 200.
	line := LogLine{Text: "unable to retrieve container logs for " + id}
	return &Log{lines: []LogLine{line}, closed: true}, nil
}

func waitingWords(s *corev1.ContainerStatus) string {
	if s.State.Waiting == nil {
		return "no logs yet"
	}
	switch reason := s.State.Waiting.Reason; reason {
	case "ErrImagePull":
		return "image can't be pulled"
	case "ImagePullBackOff":
		return "trying and failing to pull image"
	default:
		return reason
	}
}
