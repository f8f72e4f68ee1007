package lifecycle

import (
	corev1 "k8s.io/api/core/v1"
)

// adopt takes over a pod that an earlier run of this kubelet left: what its
// status says runs goes on running, with an empty log.
func (m *Machine) adopt() {
	for _, u := range m.units() {
		c := containerStatus(&m.status, u.Name)
		if c == nil || c.ContainerID == "" {
			continue
		}
		m.runtime.sandbox = sandboxReady
		if last := c.LastTerminationState.Terminated; last != nil {
			m.adoptEnded(u, c, last)
		}
		switch {
		case c.State.Running != nil:
			i := m.adopted(u, c, c.ContainerID)
			i.restarts, i.started = c.RestartCount, c.State.Running.StartedAt.Time
			i.program = m.programOf(u, u.behavior, i.restarts, i.started)
			m.runtime.add(u.Name, i)
			m.adoptProbes(i.id, c)
			if i.program.ends >= 0 {
				m.timers.set("exit/"+u.Name, i.started.Add(i.program.ends), func() {
					m.exit(u, i, i.program.code, i.program.reason, i.program.message)
				})
			}
		case c.State.Terminated != nil:
			m.adoptEnded(u, c, c.State.Terminated)
		}
	}
	if m.runtime.sandbox == sandboxReady {
		for i := range m.pod.Spec.Volumes {
			m.volumes[m.pod.Spec.Volumes[i].Name] = &volume{mounted: true}
		}
		m.seen = m.runtime.view(m.now)
		m.runtime.changed = false
	}
}

// adoptProbes believes what was true of a running container: a kubelet that
// starts again does not make ready pods unready.
func (m *Machine) adoptProbes(id string, c *corev1.ContainerStatus) {
	if c.Ready {
		m.probes.results[resultKey{readinessProbe, id}] = probeSuccess
	}
	if isTrue(c.Started) {
		m.probes.results[resultKey{startupProbe, id}] = probeSuccess
	}
	for _, kind := range []probeKind{readinessProbe, startupProbe} {
		if u := m.unit(c.Name); u.role != roleInit && u.probeOf(kind) != nil {
			key := probeKey{kind, c.Name}
			m.probes.workers[key] = newProber(key)
			m.tick(m.probes.workers[key])
		}
	}
}

func (m *Machine) adoptEnded(u *unit, c *corev1.ContainerStatus, end *corev1.ContainerStateTerminated) {
	i := m.adopted(u, c, end.ContainerID)
	i.state, i.started, i.finished = stateExited, end.StartedAt.Time, end.FinishedAt.Time
	i.code, i.reason, i.message, i.restarts = end.ExitCode, end.Reason, end.Message, c.RestartCount
	i.log.closed = true
	m.runtime.add(u.Name, i)
}

func (m *Machine) adopted(u *unit, c *corev1.ContainerStatus, id string) *instance {
	return &instance{id: bareID(id), image: u.Image, imageID: c.ImageID, log: &Log{}}
}
