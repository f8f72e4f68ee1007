package diagnosis

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// memorable are the waiting reasons whose words are kept.
var memorable = map[string]bool{
	"ErrImagePull": true, "ImagePullBackOff": true, "RegistryUnavailable": true, "ImageInspectError": true, reasonPostStart: true,
}

// withPods returns the memory after a look at the new pods that are not well.
func (m History) withPods(ailing []*corev1.Pod, now time.Time) History {
	old := m
	m.unready, m.starting, m.runs, m.said, m.fell = nil, nil, nil, nil, nil
	for _, pod := range ailing {
		if old.fell[pod.UID] || fellFromReady(pod) {
			m.fell = put(m.fell, pod.UID, true)
		}
		if !IsReady(pod) && !Ended(pod) {
			m.unready = put(m.unready, pod.UID, old.began(old.unready[pod.UID], unreadySince(pod), now))
		}
		for s := range seats(pod) {
			if s.running() && !s.serving() {
				told := s.status.State.Running.StartedAt.Time
				m.starting = put(m.starting, s.key(), old.began(old.starting[s.key()], told, now))
			}
			if s.status.RestartCount > 0 {
				m.runs = put(m.runs, s.key(), old.nextRun(s, now))
			}
			if said := old.nextSaid(s); said.text != "" {
				m.said = put(m.said, s.key(), said)
			}
		}
	}
	return m
}

func unreadySince(pod *corev1.Pod) time.Time {
	if c := podCondition(pod, corev1.PodReady); c != nil {
		return c.LastTransitionTime.Time
	}
	return pod.CreationTimestamp.Time
}

// nextRun dates the present run of a container.
func (m *History) nextRun(s seat, now time.Time) run {
	known, ok := m.runs[s.key()]
	restarts := s.status.RestartCount
	if !ok {
		known.base = m.firstBase(s, now)
	}
	r := s.status.State.Running
	if r == nil {
		return run{restarts: restarts, base: known.base}
	}
	if !ok || known.restarts != restarts {
		known.since = time.Time{}
	}
	known.restarts, known.since = restarts, m.began(known.since, r.StartedAt.Time, now)
	if now.Sub(known.since) >= BackOffReset {
		known.base = restarts
	}
	return known
}

// BackOffReset is how long a container must run for the kubelet to forget its back-off: twice
// MaxContainerBackOff (k8s.io/kubernetes/pkg/kubelet).
const BackOffReset = 10 * time.Minute

// firstBase tells which restarts of a container that is seen for the first time are history: all,
// if its present run has outlasted the one that ended; all but the last, if that one had lasted; else
// it is in a loop, and they count. One that restarts while it is watched has no history.
func (m *History) firstBase(s seat, now time.Time) int32 {
	restarts := s.status.RestartCount
	if m.begun {
		return 0
	}
	ended, _ := s.crash()
	r := s.status.State.Running
	switch {
	case ended == nil, r != nil && !now.Before(r.StartedAt.Add(recovery(ended))):
		return restarts
	case ended.FinishedAt.Sub(ended.StartedAt.Time) >= BackOffReset:
		return restarts - 1
	}
	return 0
}

func (m *History) nextSaid(s seat) saying {
	if s.serving() {
		return saying{}
	}
	w := s.status.State.Waiting
	if w == nil || !memorable[w.Reason] || (w.Reason != reasonPostStart && pullMessage(w.Message) == "") {
		return m.said[s.key()]
	}
	return saying{w.Reason, w.Message}
}
