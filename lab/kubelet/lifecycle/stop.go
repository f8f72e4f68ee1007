package lifecycle

import (
	"fmt"
	"time"
)

// minGrace is what a container gets after SIGTERM in any case.
const minGrace = 2 * time.Second

// sandboxStop is how long the runtime takes to take down the pod's network.
const sandboxStop = 200 * time.Millisecond

// graceOf is how long a container may take to stop: the pod's grace period, or
// the one of the probe that failed.
func (m *Machine) graceOf(u *unit, probe probeKind) time.Duration {
	switch {
	case m.pod.DeletionGracePeriodSeconds != nil:
		return time.Duration(*m.pod.DeletionGracePeriodSeconds) * time.Second
	case m.pod.Spec.TerminationGracePeriodSeconds == nil:
		return minGrace
	}
	if probe != noProbe {
		if spec := u.probeOf(probe); spec != nil && spec.TerminationGracePeriodSeconds != nil {
			return time.Duration(*spec.TerminationGracePeriodSeconds) * time.Second
		}
	}
	return time.Duration(*m.pod.Spec.TerminationGracePeriodSeconds) * time.Second
}

// killEach stops single containers, one after the other.
func (m *Machine) killEach(kills []killing, done func()) {
	if len(kills) == 0 {
		done()
		return
	}
	k := kills[0]
	m.kill(k.u, k.message, m.graceOf(k.u, k.probe), func() { m.killEach(kills[1:], done) })
}

// killAll stops the pod: main containers side by side, then the sidecars from
// the last to the first, then the sandbox.
func (m *Machine) killAll(grace time.Duration, done func()) {
	end := func() {
		if m.runtime.sandbox != sandboxReady {
			done()
			return
		}
		m.after(sandboxStop, func() {
			m.runtime.sandbox = sandboxStopped
			m.runtime.changed = true
			done()
		})
	}
	var sidecars func(n int)
	sidecars = func(n int) {
		if n < 0 {
			end()
			return
		}
		m.kill(m.inits[n], "", grace, func() { sidecars(n - 1) })
	}
	m.worker.join = len(m.mains)
	for _, u := range m.mains {
		m.kill(u, "", grace, func() {
			if m.worker.join--; m.worker.join == 0 {
				sidecars(len(m.inits) - 1)
			}
		})
	}
}

// kill stops a container: its preStop hook, SIGTERM, and SIGKILL when the grace
// period is over. The hook's time is taken from the grace period.
func (m *Machine) kill(u *unit, message string, grace time.Duration, done func()) {
	i := m.runtime.latest(u.Name)
	if i == nil || i.state != stateRunning {
		done()
		return
	}
	if message == "" {
		message = fmt.Sprintf("Stopping container %s", u.Name)
	}
	m.normal(u, "Killing", message)
	i.stopped = func() {
		m.timers.cancel("stop/" + u.Name)
		if i.hookRuns {
			m.warning(u, "FailedPreStopHook", "PreStopHook failed")
		}
		done()
	}
	length, fails := m.preStop(u)
	if grace <= 0 || length == 0 && !fails {
		m.signal(u, i, grace)
		return
	}
	i.hookRuns = length >= grace
	m.timers.set("stop/"+u.Name, m.now.Add(min(length, grace)), func() {
		if fails {
			m.warning(u, "FailedPreStopHook", "PreStopHook failed")
		}
		m.signal(u, i, grace-length)
	})
}

// signal sends SIGTERM and plans the end. A program that does not serve ignores the signal, and still ends by itself.
func (m *Machine) signal(u *unit, i *instance, grace time.Duration) {
	grace = max(grace, minGrace)
	if i.program.serves {
		m.timers.cancel("exit/" + u.Name)
	}
	m.write(i, lines(false, "got terminated"))
	if i.program.stop <= grace && i.program.serves {
		m.timers.set("stop/"+u.Name, m.now.Add(i.program.stop), func() {
			code, reason := m.stopCode()
			m.exit(u, i, code, reason, "")
		})
		return
	}
	m.timers.set("stop/"+u.Name, m.now.Add(grace), func() { m.exit(u, i, 137, "Error", "") })
}

// hurry shortens the grace period of containers that are being stopped.
func (m *Machine) hurry(grace time.Duration) {
	for _, u := range m.units() {
		i := m.runtime.latest(u.Name)
		if i == nil || i.state != stateRunning || i.stopped == nil {
			continue
		}
		m.signal(u, i, grace)
	}
}
