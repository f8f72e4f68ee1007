package rollout

import (
	"maps"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// soak is what is remembered of a complete rollout, to notice what speaks against it.
type soak struct {
	begun     bool
	readied   time.Time // the latest moment at which a new pod became ready
	unhealthy map[types.UID]int32
	evictions int
	told      map[string]bool // kinds of disturbance
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

// soaked moves a complete rollout through its soak, and tells whether that is over.
func (j *judge) soaked(complete bool, trouble disturbance) bool {
	m := &j.next.memory.soak
	clean := complete && j.against() == ""
	if !clean || trouble.kind != "" {
		if since := j.was.CompleteSince; trouble.kind != "" && !since.IsZero() {
			m.broken = max(m.broken, j.now.Sub(since))
		}
		j.next.CompleteSince = time.Time{}
	}
	if m.begun && trouble.kind != "" && !m.told[trouble.kind] {
		m.told = put(maps.Clone(m.told), trouble.kind, true)
		m.told[kindUnready] = true // what restarts is not ready, either
		j.spoken = trouble.message
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
	if !j.passed(j.soakEnd()) {
		return false
	}
	if j.policy.Soak < minRecovery && j.shaky() {
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
