package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

type probeKind int

const (
	noProbe probeKind = iota
	readinessProbe
	livenessProbe
	startupProbe
)

type probeResult int

const (
	probeUnset probeResult = iota
	probeUnknown
	probeSuccess
	probeFailure
)

const (
	// manualDelay is how soon a worker acts that a sync has nudged: before that
	// sync ends.
	manualDelay = 8 * time.Millisecond
	// answerTime is how long a probe takes: past the end of that sync.
	answerTime = 12 * time.Millisecond
)

// probes are the pod's probe workers, and the results by container ID, which
// are what the rest of the kubelet sees of them.
type probes struct {
	workers map[probeKey]*prober
	results map[resultKey]probeResult
}

type probeKey struct {
	kind probeKind
	name string
}

type resultKey struct {
	kind probeKind
	id   string
}

// prober is the worker of one probe; it follows the kubelet's, step by step.
type prober struct {
	kind   probeKind
	name   string
	timer  string
	id     string
	last   probeResult
	run    int
	onHold bool
	// nudged is set when a nudge came while the probe waited for its answer.
	nudged bool
	// wasted is the run whose first nudge came to nothing (Settings.LateProbe).
	wasted string
}

func newProber(key probeKey) *prober {
	return &prober{kind: key.kind, name: key.name, timer: "probe/" + key.kind.String() + "/" + key.name}
}

func newProbes() probes {
	return probes{workers: map[probeKey]*prober{}, results: map[resultKey]probeResult{}}
}

func (p *probes) result(kind probeKind, id string) probeResult { return p.results[resultKey{kind, id}] }

func (p *probes) has(kind probeKind, name string) bool { return p.workers[probeKey{kind, name}] != nil }

// probeOf is the container's probe of a kind, if it has one.
func (u *unit) probeOf(kind probeKind) *corev1.Probe {
	switch kind {
	case readinessProbe:
		return u.ReadinessProbe
	case livenessProbe:
		return u.LivenessProbe
	case startupProbe:
		return u.StartupProbe
	}
	return nil
}

func (k probeKind) String() string {
	return [...]string{"", "Readiness", "Liveness", "Startup"}[k]
}

// addProbes starts the workers that don't run yet.
func (m *Machine) addProbes() {
	for _, u := range m.units() {
		if u.role == roleInit {
			continue
		}
		for _, kind := range []probeKind{startupProbe, readinessProbe, livenessProbe} {
			key := probeKey{kind, u.Name}
			if u.probeOf(kind) == nil || m.probes.workers[key] != nil {
				continue
			}
			m.probes.workers[key] = newProber(key)
			m.tick(m.probes.workers[key])
		}
	}
}

// tick plans the worker's next round, a period from now.
func (m *Machine) tick(w *prober) {
	u := m.unit(w.name)
	if u == nil || u.probeOf(w.kind) == nil {
		return
	}
	period := time.Duration(max(u.probeOf(w.kind).PeriodSeconds, 1)) * time.Second
	m.timers.set(w.timer, m.now.Add(period), func() {
		m.tick(w)
		m.probe(w)
	})
}

// nudge is the round that a sync asks for when a container runs and isn't ready.
func (m *Machine) nudge(name string) {
	w := m.probes.workers[probeKey{readinessProbe, name}]
	if w == nil {
		return
	}
	m.timers.set("nudge/"+name, m.now.Add(manualDelay), func() { m.nudged(w) })
}

func (m *Machine) nudged(w *prober) {
	if m.timers.has(w.timer + "/answer") {
		w.nudged = true
		return
	}
	m.tick(w)
	if !m.late(w) {
		m.probe(w)
	}
}

func (m *Machine) late(w *prober) bool {
	status := containerStatus(&m.status, w.name)
	if m.settings.LateProbe == nil || status == nil || status.ContainerID == w.wasted || !m.settings.LateProbe(status.RestartCount) {
		return false
	}
	w.wasted = status.ContainerID
	return true
}

// probe is one round of a worker: the kubelet's doProbe.
func (m *Machine) probe(w *prober) {
	u := m.unit(w.name)
	status := containerStatus(&m.status, w.name)
	if u == nil || terminalPhase(m.status.Phase) || status == nil || status.ContainerID == "" {
		return
	}
	if id := bareID(status.ContainerID); w.id != id {
		delete(m.probes.results, resultKey{w.kind, w.id})
		w.id, w.onHold = id, false
		if _, known := m.probes.results[resultKey{w.kind, id}]; !known {
			m.setResult(w, firstResult(w.kind))
		}
	}
	if w.onHold {
		return
	}
	if status.State.Running == nil {
		m.setResult(w, probeFailure)
		return
	}
	spec := u.probeOf(w.kind)
	if spec == nil {
		return
	}
	age := m.now.Sub(status.State.Running.StartedAt.Time)
	if int32(age.Seconds()) < spec.InitialDelaySeconds {
		return
	}
	if started := isTrue(status.Started); started == (w.kind == startupProbe) {
		return
	}
	why, id := m.probeError(u, w.kind, spec), w.id
	m.timers.set(w.timer+"/answer", m.now.Add(u.answerTime(spec)), func() {
		result := probeSuccess
		if why != nil {
			result = probeFailure
			m.warning(u, "Unhealthy", w.kind.String()+" probe failed: "+*why)
		}
		if w.id == id {
			m.count(w, spec, result)
		}
		if w.nudged {
			w.nudged = false
			m.nudged(w)
		}
	})
}

// answerTime is how long a probe of a running container takes.
func (u *unit) answerTime(spec *corev1.Probe) time.Duration {
	if spec.HTTPGet == nil {
		return answerTime
	}
	return answerTime + min(u.behavior.Delay, timeoutOf(spec))
}

// firstResult is what holds until a probe has answered.
func firstResult(kind probeKind) probeResult {
	switch kind {
	case readinessProbe:
		return probeFailure
	case livenessProbe:
		return probeSuccess
	}
	return probeUnknown
}

// count applies the thresholds.
func (m *Machine) count(w *prober, spec *corev1.Probe, result probeResult) {
	if w.last == result {
		w.run++
	} else {
		w.last, w.run = result, 1
	}
	if result == probeFailure && w.run < int(spec.FailureThreshold) || result == probeSuccess && w.run < int(spec.SuccessThreshold) {
		return
	}
	m.setResult(w, result)
	if w.kind == livenessProbe && result == probeFailure || w.kind == startupProbe {
		w.onHold, w.run = true, 0
	}
}

// setResult publishes a result; what changes is told at once and synced.
func (m *Machine) setResult(w *prober, result probeResult) {
	key := resultKey{w.kind, w.id}
	if m.probes.results[key] == result {
		return
	}
	m.probes.results[key] = result
	switch w.kind {
	case readinessProbe:
		m.setReady(w.id, result == probeSuccess)
	case startupProbe:
		m.setStarted(w.id, result == probeSuccess)
	case livenessProbe:
		if result != probeFailure {
			return
		}
	}
	m.trigger()
}

// stopProbes ends the workers of these kinds.
func (m *Machine) stopProbes(kinds ...probeKind) {
	for key, w := range m.probes.workers {
		for _, kind := range kinds {
			if key.kind == kind {
				m.timers.cancel(w.timer)
				m.timers.cancel(w.timer + "/answer")
				m.timers.cancel("nudge/" + w.name)
				delete(m.probes.workers, key)
			}
		}
	}
}
