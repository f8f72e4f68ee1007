package rollout

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// memory is what Step needs of earlier snapshots. It is never changed in place: each step makes the
// next one, so that a State stays the value it was.
type memory struct {
	begun    bool // a snapshot with the workload has been seen
	checked  int64
	revision types.UID
	// watched is when the watch of this workload began.
	watched time.Time

	marks      marks
	progressed time.Time
	// late is when a deadline was first seen to have passed.
	late time.Time

	// unready holds since when each new pod has not been ready.
	unready map[types.UID]time.Time
	// starting holds since when each container has been running without serving.
	starting map[containerKey]time.Time
	// runs holds the present run of each container that has been restarted.
	runs map[containerKey]run
	// said holds the last telling words for containers that wait, which the kubelet soon replaces.
	said map[containerKey]saying
	// past holds the pods that had ended before the watch began.
	past map[types.UID]bool
	// evictions holds the new pods that were evicted during the watch.
	evictions map[types.UID]eviction

	asked     map[types.UID]time.Time
	askedLogs map[containerKey]time.Time // since the first of its crashes

	sightings map[sight]sighting
	soak      soak
}

// containerKey names a container of a pod.
type containerKey struct {
	pod  types.UID
	name string
}

type run struct {
	restarts int32
	since    time.Time
}

type saying struct{ reason, text string }

type eviction struct {
	symptom
	at time.Time
}

// sight is what a finding is about, whichever pods show it.
type sight struct {
	cause     Cause
	container string
}

// sighting is when a cause has been seen, and what was told of it.
type sighting struct {
	first     time.Time
	fatal     time.Time // since when it is fatal
	gone      time.Time // zero while it is there
	announced bool
	restarts  int32 // that were told
}

// memorable are the waiting reasons whose words are kept.
var memorable = map[string]bool{
	"ErrImagePull": true, "ImagePullBackOff": true, "RegistryUnavailable": true, "ImageInspectError": true, reasonPostStart: true,
}

// withPods returns the memory after a look at the new pods that are not well.
func (m memory) withPods(ailing []*corev1.Pod, now time.Time) memory {
	old := m
	m.unready, m.starting, m.runs, m.said = nil, nil, nil, nil
	for _, pod := range ailing {
		if !isReady(pod) && !ended(pod) {
			m.unready = put(m.unready, pod.UID, old.since(old.unready[pod.UID], unreadySince(pod), now))
		}
		for s := range seats(pod) {
			if s.running() && !s.serving() {
				began := s.status.State.Running.StartedAt.Time
				m.starting = put(m.starting, s.key(), old.since(old.starting[s.key()], began, now))
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

// since dates what is seen now: from when it was first seen, or, on the first look of all, from when
// the cluster says that it began.
func (m *memory) since(known, told, now time.Time) time.Time {
	switch {
	case !known.IsZero():
		return known
	case m.begun || told.IsZero() || told.After(now):
		return now
	}
	return told
}

func unreadySince(pod *corev1.Pod) time.Time {
	if c := podCondition(pod, corev1.PodReady); c != nil {
		return c.LastTransitionTime.Time
	}
	return pod.CreationTimestamp.Time
}

// nextRun dates the present run of a container.
func (m *memory) nextRun(s seat, now time.Time) run {
	known, ok := m.runs[s.key()]
	restarts := s.status.RestartCount
	r := s.status.State.Running
	if r == nil {
		return run{restarts: restarts}
	}
	if !ok || known.restarts != restarts {
		known.since = time.Time{}
	}
	return run{restarts, m.since(known.since, r.StartedAt.Time, now)}
}

func (m *memory) nextSaid(s seat) saying {
	if s.serving() {
		return saying{}
	}
	w := s.status.State.Waiting
	if w == nil || !memorable[w.Reason] || (w.Reason != reasonPostStart && pullMessage(w.Message) == "") {
		return m.said[s.key()]
	}
	return saying{w.Reason, w.Message}
}

func since[K comparable](all map[K]time.Time, key K, now time.Time) time.Time {
	if t, ok := all[key]; ok {
		return t
	}
	return now
}

func put[K comparable, V any](all map[K]V, key K, value V) map[K]V {
	if all == nil {
		all = map[K]V{}
	}
	all[key] = value
	return all
}

// unreadyFor tells whether a pod has not been ready for that long.
func (c *clues) unreadyFor(pod *corev1.Pod, d time.Duration) bool {
	return longEnough(c, c.memory.unready, pod.UID, d)
}

// longEnough tells whether something has lasted for a time, and sets the alarm for when it will have.
func longEnough[K comparable](c *clues, all map[K]time.Time, key K, d time.Duration) bool {
	began, ok := all[key]
	if !ok {
		return false
	}
	if c.now.Sub(began) >= d {
		return true
	}
	c.wake.set(began.Add(d))
	return false
}

// healthy is the quick look that spares most pods the long one.
func healthy(pod *corev1.Pod) bool {
	if !isReady(pod) || ended(pod) {
		return false
	}
	return !restarted(pod.Status.ContainerStatuses) && !restarted(pod.Status.InitContainerStatuses)
}

func restarted(statuses []corev1.ContainerStatus) bool {
	for i := range statuses {
		if statuses[i].RestartCount > 0 {
			return true
		}
	}
	return false
}

func isReady(pod *corev1.Pod) bool {
	c := podCondition(pod, corev1.PodReady)
	return c != nil && c.Status == corev1.ConditionTrue
}
