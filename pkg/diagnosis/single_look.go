package diagnosis

import (
	"cmp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A single look has no earlier looks to date a cause by, so the cluster's own times do: those of events, pods and
// containers. A verdict on the revision counts as an earlier look.

// JudgedFailed is an earlier verdict on the revision: it had failed for a cause.
type JudgedFailed struct {
	Cause Cause
	At    time.Time
}

// dated is since when the cluster shows a problem; now where nothing tells.
func (d *Diagnosis) dated(p *Problem) time.Time {
	now := d.in.Now
	if p.exemplar.byEvent || p.Affected == nil {
		return sooner(p.exemplar.began, now)
	}
	began := now
	for _, pod := range p.Affected {
		if d.evidence.sawEvents(pod.UID) {
			began = sooner(d.evidence.beganIn(pod, &p.causeKey), began)
		}
	}
	return began
}

// sooner returns t, unless it is not known or later than the limit.
func sooner(t, limit time.Time) time.Time {
	if t.IsZero() || t.After(limit) {
		return limit
	}
	return t
}

// beganIn is since when a pod shows a cause: since the first event that tells of it or, without one, since its
// container was to be started.
func (ev *evidence) beganIn(pod *corev1.Pod, key *causeKey) time.Time {
	from := pod.CreationTimestamp.Time
	if s := pod.Status.StartTime; s != nil && s.After(from) { // it may have waited long for a node
		from = s.Time
	}
	for ref := range containers(pod) {
		for _, t := range ref.times() {
			if t.After(from) {
				from = t.Time
			}
		}
		if ref.spec.Name == key.container {
			var first time.Time
			for _, e := range ev.events[pod.UID].of(key.container) {
				if t := eventTime(e).Add(-eventSpan(e)); !t.Before(from) && tells(ref, e, key.cause) {
					first = sooner(first, t)
				}
			}
			return cmp.Or(first, from)
		}
	}
	return from
}

// times are when the present run of a container began, and when its last one ended.
func (ref containerRef) times() []metav1.Time {
	var all []metav1.Time
	for _, s := range []*corev1.ContainerState{&ref.status.State, &ref.status.LastTerminationState} {
		if s.Running != nil {
			all = append(all, s.Running.StartedAt)
		}
		if s.Terminated != nil {
			all = append(all, s.Terminated.FinishedAt)
		}
	}
	return all
}

// tells whether an event is about a cause of a container that does not start.
func tells(ref containerRef, e *corev1.Event, cause Cause) bool {
	if e.Reason != "Failed" && e.Reason != "InspectFailed" && e.Reason != "ErrImageNeverPull" {
		return false
	}
	text := strings.TrimPrefix(eventText(e), "Error: ")
	if strings.Contains(text, "ull image") || strings.Contains(text, "nspect image") || e.Reason != "Failed" {
		found, ok := pullFailure(ref, "", text)
		return ok && found.cause == cause
	}
	return slices.ContainsFunc([]symptom{configFailure(text), createFailure(ref.spec, text)}, func(s symptom) bool { return s.cause == cause })
}

// judged tells whether an earlier verdict on the revision was about this problem of pods that still have it.
func (d *Diagnosis) judged(p *Problem) bool {
	v := d.in.Judged
	if v == nil || v.Cause != p.Cause {
		return false
	}
	if p.Affected == nil {
		return !p.since.After(v.At)
	}
	return slices.ContainsFunc(p.Affected, func(pod *corev1.Pod) bool { return !pod.CreationTimestamp.After(v.At) })
}
