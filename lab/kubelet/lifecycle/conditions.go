package lifecycle

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// ownConditions are the kubelet's, in the order it tells them.
var ownConditions = []corev1.PodConditionType{
	corev1.PodReadyToStartContainers, corev1.PodInitialized, corev1.PodReady, corev1.ContainersReady, corev1.PodScheduled,
}

// conditions are those of others, as they stand in the API, then the kubelet's.
func (m *Machine) conditions(s *corev1.PodStatus, v view) []corev1.PodCondition {
	var all []corev1.PodCondition
	for _, c := range m.pod.Status.Conditions {
		if !slices.Contains(ownConditions, c.Type) && c.Type != corev1.DisruptionTarget {
			all = append(all, c)
		}
	}
	switch c := condition(&m.status, corev1.DisruptionTarget); {
	case c != nil:
		all = append(all, *c)
	case m.evicting != "" && m.underPressure():
		all = append(all, corev1.PodCondition{
			Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: corev1.PodReasonTerminationByKubelet,
			Message: m.evicting, ObservedGeneration: m.pod.Generation,
		})
	}
	s.Conditions = all
	containers, ready := m.readyConditions(s)
	scheduled := corev1.PodCondition{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, ObservedGeneration: m.pod.Generation}
	return append(all, m.sandboxCondition(v), m.initializedCondition(s), ready, containers, scheduled)
}

func (m *Machine) sandboxCondition(v view) corev1.PodCondition {
	c := corev1.PodCondition{Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionTrue, ObservedGeneration: m.pod.Generation}
	if v.sandbox != sandboxReady {
		c.Status, c.Reason, c.Message = corev1.ConditionFalse, "PodSandboxNotReady", "no pod sandbox exists"
		if v.sandbox == sandboxStopped {
			c.Message = "pod sandbox is not ready"
		}
	}
	return c
}

func (m *Machine) initializedCondition(s *corev1.PodStatus) corev1.PodCondition {
	c := corev1.PodCondition{Type: corev1.PodInitialized, Status: corev1.ConditionTrue, ObservedGeneration: m.pod.Generation}
	if s.Phase == corev1.PodSucceeded {
		c.Reason = "PodCompleted"
		return c
	}
	var incomplete []string
	for n, u := range m.inits {
		status := &s.InitContainerStatuses[n]
		if u.role == roleSidecar && !isTrue(status.Started) || u.role == roleInit && !status.Ready {
			incomplete = append(incomplete, u.Name)
		}
	}
	if len(incomplete) > 0 && !anyStarted(s.ContainerStatuses) {
		c.Status, c.Reason = corev1.ConditionFalse, "ContainersNotInitialized"
		c.Message = fmt.Sprintf("containers with incomplete status: %s", incomplete)
	}
	return c
}

func anyStarted(all []corev1.ContainerStatus) bool {
	for _, c := range all {
		if isTrue(c.Started) || c.LastTerminationState.Terminated != nil || c.State.Terminated != nil {
			return true
		}
	}
	return false
}

// readyConditions are ContainersReady and Ready.
func (m *Machine) readyConditions(s *corev1.PodStatus) (containers, ready corev1.PodCondition) {
	containers = corev1.PodCondition{Type: corev1.ContainersReady, Status: corev1.ConditionTrue, ObservedGeneration: m.pod.Generation}
	var unready []string
	for n, u := range m.units() {
		if u.role != roleInit && !statusAt(s, n).Ready {
			unready = append(unready, u.Name)
		}
	}
	switch {
	case s.Phase == corev1.PodSucceeded:
		containers.Status, containers.Reason = corev1.ConditionFalse, "PodCompleted"
	case s.Phase == corev1.PodFailed:
		containers.Status, containers.Reason = corev1.ConditionFalse, "PodFailed"
	case len(unready) > 0:
		containers.Status, containers.Reason = corev1.ConditionFalse, "ContainersNotReady"
		containers.Message = fmt.Sprintf("containers with unready status: %s", unready)
	}
	ready = containers
	ready.Type = corev1.PodReady
	if ready.Status == corev1.ConditionTrue {
		m.gates(s, &ready)
	}
	return containers, ready
}

// gates applies the pod's readiness gates.
func (m *Machine) gates(s *corev1.PodStatus, ready *corev1.PodCondition) {
	var closed []string
	for _, gate := range m.pod.Spec.ReadinessGates {
		switch c := condition(s, gate.ConditionType); {
		case c == nil:
			closed = append(closed, fmt.Sprintf("corresponding condition of pod readiness gate %q does not exist.", gate.ConditionType))
		case c.Status != corev1.ConditionTrue:
			closed = append(closed, fmt.Sprintf("the status of pod readiness gate %q is not \"True\", but %v", gate.ConditionType, c.Status))
		}
	}
	if len(closed) > 0 {
		ready.Status, ready.Reason, ready.Message = corev1.ConditionFalse, "ReadinessGatesNotReady", strings.Join(closed, ", ")
	}
}

func condition(s *corev1.PodStatus, kind corev1.PodConditionType) *corev1.PodCondition {
	for i := range s.Conditions {
		if s.Conditions[i].Type == kind {
			return &s.Conditions[i]
		}
	}
	return nil
}

// replace sets a condition in its place; its time is decided by setStatus.
func replace(s *corev1.PodStatus, c corev1.PodCondition) {
	for i := range s.Conditions {
		if s.Conditions[i].Type == c.Type {
			s.Conditions[i] = c
			return
		}
	}
	s.Conditions = append(s.Conditions, c)
}
