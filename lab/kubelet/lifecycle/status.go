package lifecycle

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// generate is the kubelet's generateAPIPodStatus: what the API is told about a
// view of the runtime.
func (m *Machine) generate(v view, ended bool) corev1.PodStatus {
	old := &m.status
	s := corev1.PodStatus{
		QOSClass:           m.pod.Status.QOSClass,
		NominatedNodeName:  m.pod.Status.NominatedNodeName,
		ObservedGeneration: m.pod.Generation,
		StartTime:          old.StartTime,
		HostIP:             m.settings.HostIP,
		HostIPs:            []corev1.HostIP{{IP: m.settings.HostIP}},
		PodIP:              old.PodIP,
		PodIPs:             old.PodIPs,
	}
	if s.StartTime == nil {
		s.StartTime = second(m.now)
	}
	if v.sandbox == sandboxReady || m.pod.Spec.HostNetwork {
		ip := m.settings.PodIP
		if m.pod.Spec.HostNetwork {
			ip = m.settings.HostIP
		}
		s.PodIP, s.PodIPs = ip, []corev1.PodIP{{IP: ip}}
	}
	s.InitContainerStatuses = m.containerStatuses(v, m.inits)
	s.ContainerStatuses = m.containerStatuses(v, m.mains)
	requests, limits := podResources(m.pod)
	s.AllocatedResources = requests
	if requests != nil || limits != nil {
		s.Resources = &corev1.ResourceRequirements{Requests: requests, Limits: limits}
	}
	s.Phase = m.phase(&s, ended)
	if !terminalPhase(s.Phase) && terminalPhase(old.Phase) {
		s.Phase = old.Phase
	}
	if s.Phase == old.Phase {
		s.Reason, s.Message = old.Reason, old.Message
	}
	m.readiness(&s)
	s.Conditions = m.conditions(&s, v)
	return s
}

// containerStatuses follows the kubelet's convertToAPIContainerStatuses.
func (m *Machine) containerStatuses(v view, units []*unit) []corev1.ContainerStatus {
	if len(units) == 0 {
		return nil
	}
	all := make([]corev1.ContainerStatus, 0, len(units))
	for _, u := range units {
		all = append(all, m.containerStatus(v, u))
	}
	return all
}

func (m *Machine) containerStatus(v view, u *unit) corev1.ContainerStatus {
	s := corev1.ContainerStatus{Name: u.Name, Image: u.Image, VolumeMounts: mountStatuses(u)}
	waiting := "ContainerCreating"
	if len(m.inits) > 0 {
		waiting = "PodInitializing"
	}
	s.State.Waiting = &corev1.ContainerStateWaiting{Reason: waiting}
	if runs := v.instances[u.Name]; len(runs) > 0 {
		m.describe(&s, u, &runs[0])
		if len(runs) > 1 {
			s.LastTerminationState = runs[1].apiState()
		}
	}
	m.waitingReason(v, u, &s)
	return s
}

// describe adds what is known of a container that exists.
func (m *Machine) describe(s *corev1.ContainerStatus, u *unit, i *instance) {
	s.State = i.apiState()
	s.ContainerID, s.ImageID, s.RestartCount = "containerd://"+i.id, i.imageID, i.restarts
	if ref, err := parseImage(i.image); err == nil && ref.host == "docker.io" {
		// The runtime knows no short names.
		s.Image = ref.String()
	}
	s.AllocatedResources = u.Resources.Requests
	s.Resources = u.Resources.DeepCopy()
	s.User = userOf(m.pod, u)
}

// waitingReason shows why a container that should run could not be started by
// the last sync. An init container that ended well is left as it is, even a
// sidecar.
func (m *Machine) waitingReason(v view, u *unit, s *corev1.ContainerStatus) {
	i := v.latest(u.Name)
	switch {
	case m.pod.DeletionTimestamp != nil || i != nil && i.state == stateRunning:
		return
	case i != nil && u.role != roleMain && i.code == 0:
		return
	case i != nil && !m.restarts(u, i.code):
		return
	}
	why, ok := m.failures[u.Name]
	if !ok {
		return
	}
	if s.State.Terminated != nil {
		s.LastTerminationState = s.State
	}
	s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: why.reason, Message: why.message}}
}

func (i *instance) apiState() corev1.ContainerState {
	if i.state == stateRunning {
		return corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: *second(i.started)}}
	}
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: i.code, Reason: i.reason, Message: i.message, ContainerID: "containerd://" + i.id,
		StartedAt: *second(i.started), FinishedAt: *second(i.finished),
	}}
}

// readiness is the prober manager's part in a status: what has started, what is
// ready, and a nudge for the readiness probes of what could be.
func (m *Machine) readiness(s *corev1.PodStatus) {
	for n, u := range m.units() {
		c := statusAt(s, n)
		started := c.State.Running != nil &&
			(!m.probes.has(startupProbe, u.Name) || m.probes.result(startupProbe, bareID(c.ContainerID)) == probeSuccess)
		c.Started = &started
		switch {
		case u.role == roleInit:
			c.Ready = c.State.Terminated != nil && c.State.Terminated.ExitCode == 0
		case !started:
		case m.probes.result(readinessProbe, bareID(c.ContainerID)) == probeSuccess:
			c.Ready = true
		case m.probes.has(readinessProbe, u.Name):
			m.nudge(u.Name)
		default:
			c.Ready = true
		}
	}
}

// setStatus keeps a new status, with the times of what did not change, and
// hands it out if anything changed.
func (m *Machine) setStatus(s corev1.PodStatus) {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		if c.LastTransitionTime.IsZero() {
			c.LastTransitionTime = *second(m.now)
			if old := condition(&m.status, c.Type); old != nil && old.Status == c.Status {
				c.LastTransitionTime = old.LastTransitionTime
			}
		}
	}
	if apiequality.Semantic.DeepEqual(&m.status, &s) {
		return
	}
	m.status = s
	m.out.Status = s.DeepCopy()
}

// setReady tells a container's readiness at once, without a sync.
func (m *Machine) setReady(id string, ready bool) {
	m.change(id, func(c *corev1.ContainerStatus) bool {
		changed := c.Ready != ready
		c.Ready = ready
		return changed
	})
}

// setStarted tells at once that a startup probe passed, or did not.
func (m *Machine) setStarted(id string, started bool) {
	m.change(id, func(c *corev1.ContainerStatus) bool {
		changed := isTrue(c.Started) != started
		c.Started = &started
		return changed
	})
}

func (m *Machine) change(id string, edit func(*corev1.ContainerStatus) bool) {
	s := *m.status.DeepCopy()
	for n := range m.units() {
		if c := statusAt(&s, n); c != nil && bareID(c.ContainerID) == id && edit(c) {
			containers, ready := m.readyConditions(&s)
			replace(&s, containers)
			replace(&s, ready)
			m.setStatus(s)
			return
		}
	}
}

// setSandboxReady tells the condition of the pod's network at once.
func (m *Machine) setSandboxReady() {
	s := *m.status.DeepCopy()
	replace(&s, corev1.PodCondition{Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionTrue, ObservedGeneration: m.pod.Generation})
	m.setStatus(s)
}

// statusAt is the status of the n-th unit, init containers first.
func statusAt(s *corev1.PodStatus, n int) *corev1.ContainerStatus {
	if n < len(s.InitContainerStatuses) {
		return &s.InitContainerStatuses[n]
	}
	if n -= len(s.InitContainerStatuses); n < len(s.ContainerStatuses) {
		return &s.ContainerStatuses[n]
	}
	return nil
}

func containerStatus(s *corev1.PodStatus, name string) *corev1.ContainerStatus {
	for n := range len(s.InitContainerStatuses) + len(s.ContainerStatuses) {
		if c := statusAt(s, n); c.Name == name {
			return c
		}
	}
	return nil
}

func bareID(id string) string { return strings.TrimPrefix(id, "containerd://") }

// second is a time as the API keeps it.
func second(t time.Time) *metav1.Time {
	at := metav1.NewTime(t.Truncate(time.Second))
	return &at
}
