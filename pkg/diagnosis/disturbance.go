package diagnosis

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Disturbance is something that speaks against a complete rollout; none when it has no kind.
type Disturbance struct{ Kind, Message string }

// The kinds of disturbance.
const (
	KindUnready  = "unready"
	KindRestart  = "restart"
	KindEviction = "eviction"
	KindLiveness = "liveness"
)

// Disturbance returns what has spoken against a complete rollout since the last look. complete: it was so then.
func (d *Diagnosis) Disturbance(complete bool) Disturbance {
	looks := []func() Disturbance{d.restarted, d.evicted, d.livenessFailed, d.fallen}
	if complete {
		looks = append(looks, d.risen)
	}
	for _, look := range looks {
		if found := look(); found.Kind != "" {
			return found
		}
	}
	return Disturbance{}
}

func (d *Diagnosis) restarted() Disturbance {
	for _, pod := range d.Unhealthy {
		for ref := range containers(pod) {
			if ref.status.RestartCount > d.before.runs[ref.key()].restarts {
				return Disturbance{KindRestart, fmt.Sprintf("pod %s: container %s restarted", pod.Name, ref.spec.Name)}
			}
		}
	}
	return Disturbance{}
}

func (d *Diagnosis) evicted() Disturbance {
	if len(d.History.evictions) > len(d.before.evictions) {
		return Disturbance{KindEviction, "a pod was evicted"}
	}
	return Disturbance{}
}

func (d *Diagnosis) livenessFailed() Disturbance {
	now, before := d.History.livenessFailures, d.before.livenessFailures
	for _, pod := range d.Pods {
		if now[pod.UID] <= before[pod.UID] {
			continue
		}
		// The first events of a pod may be older than the soak.
		if _, known := before[pod.UID]; known || d.in.Now.Sub(d.before.asked[pod.UID]) >= eventsTime {
			return Disturbance{KindLiveness, fmt.Sprintf("pod %s: liveness probe failed", pod.Name)}
		}
	}
	return Disturbance{}
}

// fallen finds a pod that was ready and is not any more. Pods that start for the first time are no disturbance: an HPA
// adds them, or a node is drained.
func (d *Diagnosis) fallen() Disturbance {
	for _, pod := range d.Unhealthy {
		if _, known := d.before.unready[pod.UID]; known || phaseOf(pod) != phaseUnready {
			continue
		}
		if message := NotServing(pod); message != "" {
			return Disturbance{KindUnready, message}
		}
	}
	return Disturbance{}
}

// risen finds a pod that became ready although all pods had been ready: it was unready in between.
func (d *Diagnosis) risen() Disturbance {
	if d.History.readied.After(d.before.readied) {
		return Disturbance{KindUnready, "a pod was not ready for a moment"}
	}
	return Disturbance{}
}

// readied is the latest moment at which a new pod became ready.
func (d *Diagnosis) readied() time.Time {
	latest := d.in.SettledOf(d.in.Revision).Readied
	for _, pod := range d.Pods {
		if readied := readySince(pod); readied.After(latest) {
			latest = readied
		}
	}
	return latest
}

// readySince is when a pod became ready; zero while it is not.
func readySince(pod *corev1.Pod) time.Time {
	if c := podCondition(pod, corev1.PodReady); c != nil && c.Status == corev1.ConditionTrue {
		return c.LastTransitionTime.Time
	}
	return time.Time{}
}

// livenessFailures counts the failed liveness probes of the pods whose events are known.
func (d *Diagnosis) livenessFailures() map[types.UID]int32 {
	var counts map[types.UID]int32
	for uid, all := range d.evidence.events {
		for _, e := range all {
			if e.Reason == "Unhealthy" && strings.HasPrefix(eventText(e), "Liveness probe") {
				counts = put(counts, uid, counts[uid]+eventCount(e))
			}
		}
	}
	return counts
}
