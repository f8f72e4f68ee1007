package rollout

import (
	"fmt"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// Resume returns the state after a time in which nothing was seen. Patience, soak and our own deadline are extended by
// that time. The user's timeout is not.
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

// Expire ends a watch whose timeout has passed while nothing could be seen. The last snapshot is too old to prove a success
// or a failure. It does nothing before the timeout.
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
	s.Workloads, s.Wants, s.Wake = workloads, diagnosis.Wants{}, time.Time{}
	s.Outcome = combine(s.Workloads, s.Policy.All)
	return s
}

func later(t time.Time, d time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(d)
}

// later moves all times of a memory.
func (m memory) later(d time.Duration) memory {
	m.progressed, m.readied, m.late = later(m.progressed, d), later(m.readied, d), later(m.late, d)
	m.history = m.history.Later(d)
	m.last = last{}
	return m
}
