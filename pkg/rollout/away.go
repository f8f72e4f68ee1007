package rollout

import (
	"fmt"
	"maps"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// Resume returns the state after a time in which nothing was seen. Patience, soak and our own deadline
// stood still meanwhile: what was bad before may long have mended itself, and what was good is not
// known to have stayed so. The user's timeout goes on.
func Resume(s State, away time.Duration) State {
	workloads := make([]WorkloadState, len(s.Workloads))
	for i, w := range s.Workloads {
		if w.Phase != Done {
			w.CompleteSince = later(w.CompleteSince, away)
			w.memory = w.memory.later(away)
		}
		workloads[i] = w
	}
	s.Workloads = workloads
	return s
}

// Expire ends a watch whose timeout has passed while nothing could be seen: what is known is of the
// past, and proves neither a success nor a failure. It does nothing before the timeout.
func Expire(s State, now time.Time) State {
	if s.Policy.Timeout <= 0 || len(s.Workloads) == 0 || now.Sub(s.Workloads[0].memory.watched) < s.Policy.Timeout {
		return s
	}
	workloads := make([]WorkloadState, len(s.Workloads))
	for i, w := range s.Workloads {
		if w.Phase != Done {
			w.Phase, w.Outcome = Done, TimedOut
			w.Message = fmt.Sprintf("not known to be complete after %s: the API server did not answer", s.Policy.Timeout)
		}
		workloads[i] = w
	}
	s.Workloads, s.Wants, s.Wake = workloads, Wants{}, time.Time{}
	s.Outcome = combine(s.Workloads, s.Policy.All)
	return s
}

func later(t time.Time, d time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(d)
}

// later returns a memory whose clocks stood still for a while.
func (m memory) later(d time.Duration) memory {
	m.progressed, m.late = later(m.progressed, d), later(m.late, d)
	m.unready, m.starting = allLater(m.unready, d), allLater(m.starting, d)
	m.runs = maps.Clone(m.runs)
	for k, r := range m.runs {
		r.since = later(r.since, d)
		m.runs[k] = r
	}
	m.evictions = maps.Clone(m.evictions)
	for k, e := range m.evictions {
		e.at = later(e.at, d)
		m.evictions[k] = e
	}
	m.sightings = maps.Clone(m.sightings)
	for k, s := range m.sightings {
		s.first, s.fatal, s.gone = later(s.first, d), later(s.fatal, d), later(s.gone, d)
		m.sightings[k] = s
	}
	return m
}

func allLater[K containerKey | types.UID](all map[K]time.Time, d time.Duration) map[K]time.Time {
	moved := maps.Clone(all)
	for k, t := range moved {
		moved[k] = later(t, d)
	}
	return moved
}
