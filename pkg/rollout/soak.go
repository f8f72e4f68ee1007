package rollout

import (
	"maps"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// soak is what is remembered of a complete rollout, to notice what speaks against it.
type soak struct {
	begun   bool
	readied time.Time       // the latest moment at which a new pod became ready
	told    map[string]bool // kinds of disturbance
	// broken is the longest time for which it looked good and then was not.
	broken time.Duration
	// lasted: the soak that the user asked for went by.
	lasted bool
}

// proven tells whether a success has lasted: for the soak that was asked for or, where none was, for
// as long as it would be by default.
func (s *soak) proven(now time.Time) bool {
	return s.lasted || !s.readied.IsZero() && now.Sub(s.readied) >= DefaultSoak
}

// soakNews is what a step has to tell about the soak.
type soakNews struct {
	completed bool
	spoken    string
}

// trouble is what has spoken against a complete rollout since the last look.
func (j *judge) trouble() diagnosis.Disturbance {
	m := &j.next.memory.soak
	m.readied = j.diagnosis.Readied
	if !m.begun {
		return diagnosis.Disturbance{}
	}
	return j.diagnosis.Disturbance(!j.was.CompleteSince.IsZero())
}

// soaked moves a complete rollout through its soak, and tells whether that is over.
func (j *judge) soaked(complete bool, trouble diagnosis.Disturbance) bool {
	m := &j.next.memory.soak
	clean := complete && j.against() == ""
	if !clean || trouble.Kind != "" {
		if since := j.was.CompleteSince; trouble.Kind != "" && !since.IsZero() {
			m.broken = max(m.broken, j.now.Sub(since))
		}
		j.next.CompleteSince = time.Time{}
	}
	if m.begun && trouble.Kind != "" && !m.told[trouble.Kind] {
		told := map[string]bool{trouble.Kind: true, diagnosis.KindUnready: true} // what restarts is not ready, either
		maps.Copy(told, m.told)
		m.told = told
		j.spoken = trouble.Message
	}
	if !clean {
		return false
	}
	if j.next.CompleteSince.IsZero() {
		j.next.CompleteSince = j.now
	}
	if !m.begun {
		m.begun, j.next.Phase, j.completed = true, Soaking, true
	}
	return j.clean()
}

// soakEnd is when the present clean window has lasted long enough. One that was broken proves that
// so much time is too short.
func (j *judge) soakEnd() time.Time {
	broken := j.next.memory.soak.broken
	return j.next.CompleteSince.Add(max(j.policy.Soak, broken+broken/2))
}

// clean: nothing has spoken against the rollout for the whole of the soak.
func (j *judge) clean() bool {
	if !j.wake.Passed(j.soakEnd()) {
		return false
	}
	if j.policy.Soak < diagnosis.MinRecovery && j.shaky() {
		return false
	}
	if j.waitsForOldPods() {
		return false
	}
	j.next.memory.soak.lasted = j.policy.Soak > 0
	j.decide(Succeeded, "")
	return true
}

func (j *judge) waitsForOldPods() bool { return j.policy.WaitForOldPods && !j.oldPodsGone() }
