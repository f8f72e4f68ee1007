package lifecycle

import (
	corev1 "k8s.io/api/core/v1"
)

// phase follows the kubelet's getPhase.
func (m *Machine) phase(s *corev1.PodStatus, ended bool) corev1.PodPhase {
	pendingInits, hopeless := 0, false
	pendingSidecars, waiting, running := 0, 0, 0
	for n, u := range m.inits {
		c := &s.InitContainerStatuses[n]
		over := ending(c)
		if u.role == roleSidecar {
			switch {
			case c.State.Running != nil:
				running++
				if !m.sidecarUp(u, c) {
					pendingSidecars++
				}
			case over == nil:
				pendingSidecars++
				waiting++
			}
			continue
		}
		switch {
		case over == nil || c.State.Running != nil:
			pendingInits++
		case over.ExitCode != 0 && !m.restarts(u, over.ExitCode):
			hopeless = true
		case over.ExitCode != 0 && c.State.Waiting != nil:
			// It fails, and waits for another try.
		}
	}
	stopped, final, succeeded := 0, 0, 0
	for n, u := range m.mains {
		c := &s.ContainerStatuses[n]
		over := ending(c)
		switch {
		case c.State.Running != nil:
			running++
		case over == nil:
			waiting++
		default:
			stopped++
			if !m.restarts(u, over.ExitCode) {
				final++
			}
			if c.State.Terminated != nil && over.ExitCode == 0 {
				succeeded++
			}
		}
	}
	switch {
	case hopeless:
		return corev1.PodFailed
	case pendingInits > 0 || pendingSidecars > 0 && !m.mainStarted() || waiting > 0:
		return corev1.PodPending
	case running > 0:
		return corev1.PodRunning
	case stopped > 0 && !ended && stopped != final:
		return corev1.PodRunning
	case stopped > 0 && stopped == succeeded:
		return corev1.PodSucceeded
	case stopped > 0:
		return corev1.PodFailed
	}
	return corev1.PodPending
}

// sidecarUp is the started flag of a running sidecar, before readiness set it.
func (m *Machine) sidecarUp(u *unit, c *corev1.ContainerStatus) bool {
	return !m.probes.has(startupProbe, u.Name) || m.probes.result(startupProbe, bareID(c.ContainerID)) == probeSuccess
}

// ending is how a container ended that does not run: its state's, or what its
// wait follows on.
func ending(c *corev1.ContainerStatus) *corev1.ContainerStateTerminated {
	switch {
	case c.State.Running != nil:
		return nil
	case c.State.Terminated != nil:
		return c.State.Terminated
	}
	return c.LastTerminationState.Terminated
}
