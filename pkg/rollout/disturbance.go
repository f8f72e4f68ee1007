package rollout

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// disturbance is something that speaks against a complete rollout; none when it has no kind.
type disturbance struct{ kind, message string }

// The kinds of disturbance: each is told once.
const (
	kindUnready  = "unready"
	kindRestart  = "restart"
	kindEviction = "eviction"
	kindLiveness = "liveness"
)

// trouble moves the soak's memory on and returns what speaks against the rollout since the last look.
func (j *judge) trouble() disturbance {
	m := &j.next.memory.soak
	m.evictions, m.unhealthy, m.readied = len(j.next.memory.evictions), j.livenessFailures(), j.readied()
	if !m.begun {
		return disturbance{}
	}
	for _, look := range []func() disturbance{j.restarted, j.evicted, j.unhealthy, j.fallen, j.risen} {
		if found := look(); found.kind != "" {
			return found
		}
	}
	return disturbance{}
}

func (j *judge) restarted() disturbance {
	for _, pod := range j.ailing {
		for s := range seats(pod) {
			if s.status.RestartCount > j.was.memory.runs[s.key()].restarts {
				return disturbance{kindRestart, fmt.Sprintf("pod %s: container %s restarted", pod.Name, s.spec.Name)}
			}
		}
	}
	return disturbance{}
}

func (j *judge) evicted() disturbance {
	if j.next.memory.soak.evictions > j.was.memory.soak.evictions {
		return disturbance{kindEviction, "a pod was evicted"}
	}
	return disturbance{}
}

func (j *judge) unhealthy() disturbance {
	now, before := j.next.memory.soak.unhealthy, j.was.memory.soak.unhealthy
	for _, pod := range j.pods {
		if now[pod.UID] <= before[pod.UID] {
			continue
		}
		// What the first look at a pod's events brings may be older than the soak.
		if _, known := before[pod.UID]; known || j.now.Sub(j.was.memory.asked[pod.UID]) >= eventsTime {
			return disturbance{kindLiveness, fmt.Sprintf("pod %s: liveness probe failed", pod.Name)}
		}
	}
	return disturbance{}
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

// risen: a pod has become ready while all of them were, so it was not in between. Pods that an HPA
// adds become ready, too, but not while the rollout counts as complete.
func (j *judge) risen() disturbance {
	if j.next.memory.soak.readied.After(j.was.memory.soak.readied) && !j.was.CompleteSince.IsZero() {
		return disturbance{kindUnready, "a pod was not ready for a moment"}
	}
	return disturbance{}
}

// readied is the latest moment at which a new pod became ready.
func (j *judge) readied() time.Time {
	var latest time.Time
	for _, pod := range j.pods {
		c := podCondition(pod, corev1.PodReady)
		if c != nil && c.Status == corev1.ConditionTrue && c.LastTransitionTime.After(latest) {
			latest = c.LastTransitionTime.Time
		}
	}
	return latest
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
