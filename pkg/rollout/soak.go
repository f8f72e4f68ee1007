package rollout

import (
	"maps"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// soak is what is remembered of the soak of a complete rollout.
type soak struct {
	begun    bool
	readied  time.Time       // the latest moment at which a new pod became ready
	reported map[string]bool // kinds of disturbance
	// broken is the longest time without a disturbance that a disturbance ended.
	broken time.Duration
	// lasted: the requested soak has passed.
	lasted bool
}

// proven tells whether a success has lasted for the requested soak or, without one, for the default soak.
func (s *soak) proven(now time.Time) bool {
	return s.lasted || !s.readied.IsZero() && now.Sub(s.readied) >= DefaultSoak
}

// soakNews is the news of a step about the soak.
type soakNews struct {
	completed bool
	spoken    string
}

// trouble is what has spoken against a complete rollout since the last look.
func (e *evaluation) trouble() diagnosis.Disturbance {
	m := &e.next.memory.soak
	m.readied = e.diagnosis.Readied
	if !m.begun {
		return diagnosis.Disturbance{}
	}
	return e.diagnosis.Disturbance(!e.was.CompleteSince.IsZero())
}

// soaked moves a complete rollout through its soak, and tells whether that is over.
func (e *evaluation) soaked(complete bool, trouble diagnosis.Disturbance) bool {
	m := &e.next.memory.soak
	clean := complete && e.against() == ""
	if !clean || trouble.Kind != "" {
		if since := e.was.CompleteSince; trouble.Kind != "" && !since.IsZero() {
			m.broken = max(m.broken, e.now.Sub(since))
		}
		e.next.CompleteSince = time.Time{}
	}
	if m.begun && trouble.Kind != "" && !m.reported[trouble.Kind] {
		reported := map[string]bool{trouble.Kind: true, diagnosis.KindUnready: true} // what restarts is not ready, either
		maps.Copy(reported, m.reported)
		m.reported = reported
		e.spoken = trouble.Message
	}
	if !clean {
		return false
	}
	if e.next.CompleteSince.IsZero() {
		e.next.CompleteSince = e.now
	}
	if !m.begun {
		m.begun, e.next.Phase, e.completed = true, Soaking, true
	}
	return e.clean()
}

// soakEnd is when the time without a disturbance is long enough: longer than any that a disturbance has ended.
func (e *evaluation) soakEnd() time.Time {
	broken := e.next.memory.soak.broken
	return e.next.CompleteSince.Add(max(e.policy.Soak, broken+broken/2))
}

// clean succeeds if the soak has passed without a disturbance.
func (e *evaluation) clean() bool {
	if !e.wake.Passed(e.soakEnd()) {
		return false
	}
	if e.policy.Soak < diagnosis.MinRecovery && e.shaky() {
		return false
	}
	if e.waitsForOldPods() {
		return false
	}
	e.next.memory.soak.lasted = e.policy.Soak > 0
	e.decide(Succeeded, "")
	return true
}

func (e *evaluation) waitsForOldPods() bool { return e.policy.WaitForOldPods && !e.oldPodsGone() }
