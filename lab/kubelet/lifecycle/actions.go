package lifecycle

import (
	"fmt"
	"slices"
)

// actions is what a sync will do, computed from what the kubelet has seen.
type actions struct {
	sandbox bool
	killPod bool
	kill    []killing
	start   []*unit
}

// killing is a running container that must go, and the event's words for it.
type killing struct {
	u       *unit
	message string
	probe   probeKind
}

// actions follows the kubelet's computePodActions.
func (m *Machine) actions() actions {
	var a actions
	if m.seen.sandbox != sandboxReady {
		a.sandbox = true
		if len(m.inits) > 0 {
			a.start = m.inits[:1]
		} else {
			a.start = m.mains
		}
		return a
	}
	if !m.initActions(&a) {
		return a
	}
	keep := 0
	for _, u := range m.mains {
		i := m.seen.latest(u.Name)
		if i == nil || i.state != stateRunning {
			if i == nil || m.restarts(u, i.code) {
				a.start = append(a.start, u)
			}
			continue
		}
		k := killing{u: u}
		switch {
		case i.image != u.Image:
			k.message = fmt.Sprintf("Container %s definition changed", u.Name)
		case m.probes.result(livenessProbe, i.id) == probeFailure:
			k.message, k.probe = fmt.Sprintf("Container %s failed liveness probe", u.Name), livenessProbe
		case m.probes.result(startupProbe, i.id) == probeFailure:
			k.message, k.probe = fmt.Sprintf("Container %s failed startup probe", u.Name), startupProbe
		default:
			keep++
			continue
		}
		if m.restarts(u, 1) {
			k.message += ", will be restarted"
			a.start = append(a.start, u)
		}
		a.kill = append(a.kill, k)
	}
	if keep == 0 && len(a.start) == 0 {
		a.killPod = true
	}
	return a
}

// initActions follows the kubelet's computeInitContainerActions, which looks
// from the last init container to the first. It tells whether the main
// containers may run.
func (m *Machine) initActions(a *actions) bool {
	if len(m.inits) == 0 {
		return true
	}
	initialized := m.mainStarted()
	before := initialized
	var start []*unit
	for n := len(m.inits) - 1; n >= 0; n-- {
		u, last := m.inits[n], n == len(m.inits)-1
		i := m.seen.latest(u.Name)
		if i == nil {
			if before && u.role == roleSidecar {
				start = append(start, u)
			}
			continue
		}
		if before && u.role != roleSidecar {
			continue
		}
		done := false
		switch {
		case i.state == stateRunning && u.role == roleInit:
		case i.state == stateRunning:
			done = m.sidecarStarted(a, u, i, &start)
		case u.role == roleSidecar:
			start = append(start, u)
		case i.code == 0:
			done = true
		case m.restarts(u, i.code):
			start = append(start, u)
		default:
			a.killPod = true
			return false
		}
		if done && last {
			initialized = true
		} else if done && !before {
			start = append(start, m.inits[n+1])
		}
		before = true
	}
	if !before {
		start = append(start, m.inits[0])
	}
	slices.Reverse(start)
	a.start = append(a.start, start...)
	return initialized
}

// sidecarStarted tells whether a running sidecar lets the next container start,
// or must be killed because its startup probe failed.
func (m *Machine) sidecarStarted(a *actions, u *unit, i *instance, start *[]*unit) bool {
	if u.StartupProbe == nil {
		return true
	}
	switch m.probes.result(startupProbe, i.id) {
	case probeSuccess:
		return true
	case probeFailure:
		message := fmt.Sprintf("Init container %s failed startup probe", u.Name)
		a.kill = append(a.kill, killing{u: u, message: message, probe: startupProbe})
		*start = append(*start, u)
	}
	return false
}

// mainStarted tells whether any main container was ever started.
func (m *Machine) mainStarted() bool {
	for _, u := range m.mains {
		if m.seen.latest(u.Name) != nil {
			return true
		}
	}
	return false
}
