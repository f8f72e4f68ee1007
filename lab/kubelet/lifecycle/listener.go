package lifecycle

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// A Listener is one run of a container's program that has a port of its pod open.
type Listener struct {
	Container, Image string
	id               string
}

// ListenerOn finds the program that accepts a connection to a port. loopback is a connection that comes from inside
// the pod; every other one comes to the pod's address.
func (m *Machine) ListenerOn(port int, loopback bool, now time.Time) (Listener, bool) {
	for _, u := range slices.Concat(m.mains, m.inits) {
		i := m.runtime.latest(u.Name)
		if !serves(u, i, now) || u.behavior.Localhost && !loopback || !slices.Contains(portsOf(u), port) {
			continue
		}
		if p := u.ReadinessProbe; p != nil && p.TCPSocket != nil && u.answer(readinessProbe, now.Sub(i.started)) != 0 {
			continue // the probe is refused, too
		}
		return Listener{Container: u.Name, Image: u.Image, id: i.id}, true
	}
	return Listener{}, false
}

// Answer is the HTTP status that a program gives to a request for a path, and how long it takes for that. It is what a
// probe of this path gets; on any other path, what the readiness probe gets. A program that has ended answers nothing.
func (m *Machine) Answer(l Listener, path string, now time.Time) (status int, delay time.Duration, running bool) {
	u, i := m.unit(l.Container), m.runtime.latest(l.Container)
	if u == nil || i == nil || i.id != l.id || i.state != stateRunning {
		return 0, 0, false
	}
	status = u.answer(u.probeAt(path), now.Sub(i.started))
	if status == 0 {
		status = u.behavior.Status
	}
	if status == 0 {
		status = 200
	}
	return status, u.behavior.Delay, true
}

// serves tells whether the program of a container has its ports open.
func serves(u *unit, i *instance, now time.Time) bool {
	return i != nil && i.state == stateRunning && i.program.serves && now.Sub(i.started) >= u.behavior.Boot
}

// probeAt is the kind of the probe that asks for a path: readiness, unless only another one does.
func (u *unit) probeAt(path string) probeKind {
	for _, kind := range []probeKind{readinessProbe, livenessProbe, startupProbe} {
		if p := u.probeOf(kind); p != nil && p.HTTPGet != nil && pathOf(p) == path {
			return kind
		}
	}
	return readinessProbe
}

// portsOf are the ports that the program listens on: the one that its words say, else those that the container
// declares and those that its probes ask, else 8080.
func portsOf(u *unit) []int {
	if u.behavior.Listen != 0 {
		return []int{u.behavior.Listen}
	}
	ports := []int{portOf(u.Container)}
	for _, p := range u.Ports {
		if p.Protocol == "" || p.Protocol == corev1.ProtocolTCP {
			ports = append(ports, int(p.ContainerPort))
		}
	}
	for _, kind := range []probeKind{readinessProbe, livenessProbe, startupProbe} {
		if p := u.probeOf(kind); p != nil && p.Exec == nil {
			ports = append(ports, portOfProbe(u, p))
		}
	}
	return ports
}

// PodIP is the pod's address once its sandbox is ready, or "".
func (m *Machine) PodIP() string {
	if m.runtime.sandbox != sandboxReady {
		return ""
	}
	return m.settings.PodIP
}

// SandboxID is the ID of the pod's sandbox: 64 hexadecimal digits.
func (m *Machine) SandboxID() string { return hexSum("sandbox/" + string(m.pod.UID)) }
