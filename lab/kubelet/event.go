package kubelet

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Event is what the kubelet would tell its recorder.
type Event struct {
	Time time.Time
	// FieldPath names the container, as spec.containers{web}; empty for the pod.
	FieldPath string
	Type      string
	Reason    string
	Message   string
}

func (m *Machine) event(fieldPath, kind, reason, message string) {
	m.out.Events = append(m.out.Events, Event{Time: m.now, FieldPath: fieldPath, Type: kind, Reason: reason, Message: message})
}

func (m *Machine) normal(u *unit, reason, message string) {
	m.event(u.fieldPath(), corev1.EventTypeNormal, reason, message)
}

func (m *Machine) warning(u *unit, reason, message string) {
	m.event(u.fieldPath(), corev1.EventTypeWarning, reason, message)
}

func (m *Machine) podWarning(reason, message string) {
	m.event("", corev1.EventTypeWarning, reason, message)
}
