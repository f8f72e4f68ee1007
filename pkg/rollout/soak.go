package rollout

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// soak is what is remembered of a complete rollout, to notice what speaks against it.
type soak struct {
	begun     bool
	restarts  map[containerKey]int32
	readied   time.Time // the latest moment at which a new pod became ready
	unhealthy map[types.UID]int32
	evictions int
	told      map[string]bool // kinds of disturbance
	// broken is the longest time for which it looked good and then was not.
	broken time.Duration
}

// soakNews is what a step has to tell about the soak.
type soakNews struct {
	completed bool
	spoken    string
}

// disturbance is something that speaks against a complete rollout; none when it has no kind.
type disturbance struct{ kind, message string }

// The kinds of disturbance: each is told once.
const (
	kindUnready  = "unready"
	kindRestart  = "restart"
	kindEviction = "eviction"
	kindLiveness = "liveness"
)

// trouble moves the soak's memory on and returns what speaks against the rollout, if anything.
func (j *judge) trouble() disturbance {
	was := j.was.memory.soak
	now := soak{begun: was.begun, told: was.told, broken: was.broken, evictions: len(j.next.memory.evictions), unhealthy: j.livenessFailures()}
	now.restarts, now.readied = j.restartsAndReadiness()
	found := disturbance{}
	if was.begun {
		found = was.disturbed(&now, j)
	}
	if found.kind == "" && was.begun {
		found = j.fallen()
	}
	j.next.memory.soak = now
	return found
}

// fallen finds a pod that was up and is not any more. Those that come up for the first time, since
// an HPA wants more or a node is drained, speak against nothing.
func (j *judge) fallen() disturbance {
	for _, pod := range j.ailing {
		if _, known := j.was.memory.unready[pod.UID]; known || shapeOf(pod) != shapeUnready {
			continue
		}
		if message := notServing(pod); message != "" {
			return disturbance{kindUnready, message}
		}
	}
	return disturbance{}
}

// disturbed compares two looks at a soaking rollout.
func (s *soak) disturbed(now *soak, j *judge) disturbance {
	for key, n := range now.restarts {
		if n > s.restarts[key] {
			return disturbance{kindRestart, fmt.Sprintf("pod %s: container %s restarted", j.podName(key.pod), key.name)}
		}
	}
	if now.evictions > s.evictions {
		return disturbance{kindEviction, "a pod was evicted"}
	}
	for uid, n := range now.unhealthy {
		// What the first look at a pod's events brings may be older than the soak.
		before, known := s.unhealthy[uid]
		if n > before && (known || j.now.Sub(j.was.memory.asked[uid]) >= eventsTime) {
			return disturbance{kindLiveness, fmt.Sprintf("pod %s: liveness probe failed", j.podName(uid))}
		}
	}
	// Only while it was complete: pods that an HPA adds become ready, too.
	if now.readied.After(s.readied) && !j.was.CompleteSince.IsZero() {
		return disturbance{kindUnready, "a pod was not ready for a moment"}
	}
	return disturbance{}
}

func (j *judge) podName(uid types.UID) string {
	for _, p := range j.pods {
		if p.UID == uid {
			return p.Name
		}
	}
	return string(uid)
}

func (j *judge) restartsAndReadiness() (restarts map[containerKey]int32, readied time.Time) {
	for _, pod := range j.pods {
		if ended(pod) {
			continue
		}
		if c := podCondition(pod, "Ready"); c != nil && c.Status == "True" && c.LastTransitionTime.After(readied) {
			readied = c.LastTransitionTime.Time
		}
	}
	for key, r := range j.next.memory.runs {
		restarts = put(restarts, key, r.restarts)
	}
	return restarts, readied
}

// livenessFailures counts the failed liveness probes of the pods whose events are known.
func (j *judge) livenessFailures() map[types.UID]int32 {
	var counts map[types.UID]int32
	for uid, all := range j.clues.notes {
		for _, e := range all {
			if e.Reason == "Unhealthy" && strings.HasPrefix(noteText(e), "Liveness probe") {
				counts = put(counts, uid, counts[uid]+noteCount(e))
			}
		}
	}
	return counts
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
	j.decide(Succeeded, "")
	return true
}

func (j *judge) waitsForOldPods() bool { return j.policy.WaitForOldPods && !j.oldPodsGone() }
