package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Lookups answers what a pod's references lead to at this moment, in the pod's
// own namespace, and what its node has.
type Lookups interface {
	// Secret and ConfigMap return the keys.
	Secret(name string) (keys Keys, found bool)
	ConfigMap(name string) (keys Keys, found bool)
	Claim(name string) (bound, found bool)
	// ImagePresent tells whether the pod's node has pulled the image before.
	ImagePresent(image string) bool
}

// Settings are what a Machine can't know from its pod.
type Settings struct {
	HostIP string
	PodIP  string
	// Words are what any container does wrong or slowly on this node, beside its own.
	Words string
	// Listed is a time at which the runtime was, or will be, listed.
	Listed time.Time
	// Jitter lengthens a wait that begins now by up to a half, as the kubelet does
	// to spread its retries. Nil lengthens nothing.
	Jitter func(now time.Time, wait time.Duration) time.Duration
	// LateProbe tells whether the first readiness probe of a container's n-th run
	// loses its race against the status that says it runs, so that it comes a
	// period later. On a real kubelet that happens now and then; nil is never.
	LateProbe func(n int32) bool
}

// Output is what came of a step.
type Output struct {
	// Status is the pod's new status, if it changed.
	Status *corev1.PodStatus
	Events []Event
	// Pulled lists images that the node has from now on.
	Pulled []string
	// Delete asks to remove the pod from the API.
	Delete bool
	// Wake is when to step again, unless something is observed before.
	Wake time.Time
}

// Machine is the kubelet's work for one pod. It has no clock and does no I/O;
// methods must not be called at the same time.
type Machine struct {
	pod      *corev1.Pod
	settings Settings
	lookups  Lookups
	now      time.Time
	out      Output

	inits, mains []*unit
	timers       timers
	runtime      runtime
	seen         view
	worker       worker
	volumes      map[string]*volume
	probes       probes
	restarting   backoffs
	pulling      backoffs
	pullErrors   map[string]string
	failures     map[string]failure
	evicting     string
	lastEvent    time.Time
	first        time.Time

	status corev1.PodStatus
}

// failure is why a container could not start, as its waiting state tells it.
type failure struct{ reason, message string }

// New returns the machine of a pod that the node has just got.
func New(pod *corev1.Pod, settings Settings, now time.Time) *Machine {
	m := &Machine{
		pod:        pod,
		settings:   settings,
		now:        now,
		first:      now,
		runtime:    runtime{instances: map[string][]*instance{}},
		volumes:    map[string]*volume{},
		probes:     newProbes(),
		restarting: backoffs{},
		pulling:    backoffs{},
		pullErrors: map[string]string{},
		failures:   map[string]failure{},
		status:     *pod.Status.DeepCopy(),
	}
	m.inits, m.mains = unitsOf(pod, m.settings.Words)
	m.adopt()
	m.scheduleEviction()
	if pod.DeletionTimestamp != nil {
		m.worker.task = taskTerminate
	}
	m.timers.set("begin", now, m.trigger)
	return m
}

// Step does everything that is due.
func (m *Machine) Step(now time.Time, lookups Lookups) Output {
	m.advance(now, lookups)
	return m.take()
}

// Observe takes in a newer version of the pod.
func (m *Machine) Observe(pod *corev1.Pod, now time.Time, lookups Lookups) Output {
	m.advance(now, lookups)
	m.now = now
	deleted := m.pod.DeletionTimestamp == nil && pod.DeletionTimestamp != nil
	shortened := m.pod.DeletionTimestamp != nil && pod.DeletionGracePeriodSeconds != nil &&
		m.pod.DeletionGracePeriodSeconds != nil && *pod.DeletionGracePeriodSeconds < *m.pod.DeletionGracePeriodSeconds
	edited := m.pod.Generation != pod.Generation
	m.pod = pod
	m.inits, m.mains = unitsOf(pod, m.settings.Words)
	switch {
	case deleted:
		m.terminate()
	case shortened:
		m.hurry(time.Duration(*pod.DeletionGracePeriodSeconds) * time.Second)
	case edited:
		m.trigger()
	}
	m.advance(now, lookups)
	return m.take()
}

// advance fires the timers in the order of their own times, which are the times
// that the pod's status will tell, however late the caller is.
func (m *Machine) advance(now time.Time, lookups Lookups) {
	m.lookups = lookups
	for {
		due, ok := m.timers.takeDue(now)
		if !ok {
			return
		}
		if due.at.After(m.now) {
			m.now = due.at
		}
		due.fire()
	}
}

func (m *Machine) take() Output {
	out := m.out
	m.out = Output{}
	if next, ok := m.timers.next(); ok {
		out.Wake = next.at
	}
	return out
}

func (m *Machine) units() []*unit {
	return append(append(make([]*unit, 0, len(m.inits)+len(m.mains)), m.inits...), m.mains...)
}

func (m *Machine) unit(name string) *unit {
	for _, u := range m.units() {
		if u.Name == name {
			return u
		}
	}
	return nil
}

func (m *Machine) jitter(wait time.Duration) time.Duration {
	if m.settings.Jitter == nil {
		return wait
	}
	return m.settings.Jitter(m.now, wait)
}

// Status is a copy of the status that the machine gave last.
func (m *Machine) Status() *corev1.PodStatus { return m.status.DeepCopy() }
