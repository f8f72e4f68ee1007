package lifecycle

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
	// Events are named after their time: no two of a pod may share one.
	at := m.now
	if !at.After(m.lastEvent) {
		at = m.lastEvent.Add(time.Microsecond)
	}
	m.lastEvent = at
	m.out.Events = append(m.out.Events, Event{Time: at, FieldPath: fieldPath, Type: kind, Reason: reason, Message: message})
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
