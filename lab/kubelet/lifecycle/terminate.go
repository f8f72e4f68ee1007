package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// cleanupTime is what the kubelet takes to unmount and forget an ended pod.
const cleanupTime = 15 * time.Millisecond

// statusUnknown is how the kubelet calls the end of a container that it can't
// find any more.
const statusUnknown = "ContainerStatusUnknown"

// syncTerminating stops the pod's containers and tells how they ended.
func (m *Machine) syncTerminating() {
	status := m.generate(m.seen, false)
	if m.evicting != "" {
		status.Phase = heldPhase(status.Phase, m.status.Phase)
	}
	m.setStatus(status)
	m.stopProbes(livenessProbe, startupProbe)
	grace := m.graceOf(nil, noProbe)
	if m.evicting != "" {
		grace = 0
	}
	m.killAll(grace, func() {
		m.stopProbes(readinessProbe)
		// The end is read from the runtime, not from the last relist.
		m.seen = m.runtime.view(m.now)
		m.runtime.changed = false
		m.setStatus(m.endStatus())
		m.advanceTo(taskTerminated)
	})
}

// endStatus is the status of a pod whose containers have stopped. An evicted pod
// tells its reason only if it failed: a program that ends well on SIGTERM makes
// it Succeeded, with no reason.
func (m *Machine) endStatus() corev1.PodStatus {
	status := m.generate(m.seen, true)
	if m.evicting != "" && status.Phase == corev1.PodFailed {
		status.Reason, status.Message = evictedReason, m.evicting
	}
	return status
}

// syncTerminated clears up. A deleted pod leaves the API now.
func (m *Machine) syncTerminated() {
	m.after(cleanupTime, func() {
		m.setStatus(m.buried())
		m.worker = worker{lastSync: m.now, task: taskDone}
		m.timers = timers{}
		if m.pod.DeletionTimestamp != nil {
			m.out.Delete = true
		}
	})
}

// buried is the last status: whatever has no end gets one that says so.
func (m *Machine) buried() corev1.PodStatus {
	status := *m.status.DeepCopy()
	if m.initialized() {
		for i := range status.ContainerStatuses {
			c := &status.ContainerStatuses[i]
			if c.State.Terminated == nil {
				c.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
					Reason: statusUnknown, Message: "The container could not be located when the pod was terminated", ExitCode: 137,
					StartedAt: metav1.Time{}, FinishedAt: metav1.Time{},
				}}
			}
		}
	}
	if !terminalPhase(status.Phase) {
		status.Phase = corev1.PodFailed
	}
	return status
}

// initialized tells whether all init containers are over, so that a main
// container without an end counts as lost.
func (m *Machine) initialized() bool {
	return len(m.inits) == 0 || m.mainStarted()
}

// heldPhase keeps the phase of a pod that is being evicted: the kubelet does not
// tell a final phase while containers run.
func heldPhase(phase, before corev1.PodPhase) corev1.PodPhase {
	if terminalPhase(phase) {
		return before
	}
	return phase
}
