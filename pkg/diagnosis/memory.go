package diagnosis

import (
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// History is what a diagnosis needs of the looks before it. It is never changed in place: each look makes the next
// one. The zero value is that of a workload that has not been looked at.
type History struct {
	begun bool
	// revision is the name of the one that was looked at last.
	revision string
	// findings are those of the last look: their logs still hold.
	findings []Finding

	// unready holds since when each new pod has not been ready.
	unready map[types.UID]time.Time
	// starting holds since when each container has been running without serving.
	starting map[containerKey]time.Time
	// runs holds the present run of each container that has been restarted.
	runs map[containerKey]run
	// said holds the last telling words for containers that wait, which the kubelet soon replaces.
	said map[containerKey]saying
	// fell holds the new pods of which a container ended after the pod had been ready.
	fell map[types.UID]bool
	// past holds the pods that had ended before the watch began.
	past map[types.UID]bool
	// evictions holds the new pods that were evicted during the watch.
	evictions map[types.UID]eviction
	// livenessFailures counts the failed liveness probes of the pods whose events are known.
	livenessFailures map[types.UID]int32
	// readied is the latest moment at which a new pod became ready.
	readied time.Time

	// lacking is since when pods are missing; lackedBefore: since before the watch.
	lacking      time.Time
	lackedBefore bool

	asked     map[types.UID]time.Time
	askedLogs map[containerKey]time.Time // since the first of its crashes

	sightings map[sight]sighting
}

// containerKey names a container of a pod.
type containerKey struct {
	pod  types.UID
	name string
}

type run struct {
	restarts int32
	since    time.Time
	// base are the restarts that belong to another story: of before the watch, or before a run that
	// lasted long enough for the kubelet to forget them.
	base int32
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
	about     string // symptom.about
}

// sighting is when a cause has been seen, and what was told of it.
type sighting struct {
	first     time.Time
	fatal     time.Time // since when it is fatal
	gone      time.Time // zero while it is there
	announced bool
	restarts  int32 // that were told
}

// began dates what is seen now: from when it was first seen, or, on the first look of all, from when
// the cluster says that it began.
func (m *History) began(known, told, now time.Time) time.Time {
	switch {
	case !known.IsZero():
		return known
	case m.begun || told.IsZero() || told.After(now):
		return now
	}
	return told
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
	return longEnough(c, c.history.unready, pod.UID, d)
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
	c.wake.Set(began.Add(d))
	return false
}

// Later returns a history whose clocks stood still for a while.
func (h History) Later(d time.Duration) History {
	h.unready, h.starting = allLater(h.unready, d), allLater(h.starting, d)
	h.runs = maps.Clone(h.runs)
	for k, r := range h.runs {
		r.since = later(r.since, d)
		h.runs[k] = r
	}
	h.evictions = maps.Clone(h.evictions)
	for k, e := range h.evictions {
		e.at = later(e.at, d)
		h.evictions[k] = e
	}
	h.sightings = maps.Clone(h.sightings)
	for k, s := range h.sightings {
		s.first, s.fatal, s.gone = later(s.first, d), later(s.fatal, d), later(s.gone, d)
		h.sightings[k] = s
	}
	return h
}

func allLater[K containerKey | types.UID](all map[K]time.Time, d time.Duration) map[K]time.Time {
	moved := maps.Clone(all)
	for k, t := range moved {
		moved[k] = later(t, d)
	}
	return moved
}

func later(t time.Time, d time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(d)
}
