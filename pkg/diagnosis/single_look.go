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

// restartPace is the longest time between two restarts of a container that does not work: the kubelet waits up to five
// minutes, and forgets earlier crashes of one that has run for ten.
const restartPace = 10 * time.Minute

// neverRan tells whether a container was restarted so often that it can't have worked for long since its pod began.
func (ref containerRef) neverRan(began, now time.Time) bool {
	n := ref.status.RestartCount
	return n > 0 && now.Sub(began) <= time.Duration(n)*restartPace
}

// startOf is when the node took a pod: it may have waited long for one.
func startOf(pod *corev1.Pod) time.Time {
	began := pod.CreationTimestamp.Time
	if s := pod.Status.StartTime; s != nil && s.After(began) {
		return s.Time
	}
	return began
}

// crashedLater is a pod whose container has worked, and crashes now: only events tell since when.
func (d *Diagnosis) crashedLater() []*corev1.Pod {
	for i := range d.Problems {
		p := &d.Problems[i]
		if e := p.exemplar; e.run == nil || e.pod == nil || p.Restarts == 0 {
			continue
		}
		for ref := range containers(p.exemplar.pod) {
			if ref.spec.Name == p.Container && ref.status.RestartCount > 1 && !ref.neverRan(startOf(p.exemplar.pod), d.in.Now) {
				return []*corev1.Pod{p.exemplar.pod}
			}
		}
	}
	return nil
}

// firstBackOff is when the restarts of a container began to be delayed, if they have not stopped since; else zero.
func (ev *evidence) firstBackOff(ref containerRef) time.Time {
	e := ev.events[ref.pod.UID].of(ref.spec.Name).latest("ack-off restarting", "BackOff")
	if e == nil || eventSpan(e) > time.Duration(eventCount(e))*restartPace {
		return time.Time{}
	}
	return eventTime(e).Add(-eventSpan(e))
}

// beganIn is since when a pod shows a cause: since the first event that tells of it or, without one, since its
// container was to be started. A container that crashes does so since its pod began, or since its restarts are delayed.
func (ev *evidence) beganIn(pod *corev1.Pod, key *causeKey) time.Time {
	from := startOf(pod)
	for ref := range containers(pod) {
		isIt := ref.spec.Name == key.container
		if isIt && ref.neverRan(from, ev.now) {
			return from
		}
		if t := ev.firstBackOff(ref); isIt && !t.IsZero() {
			return t
		}
		for _, t := range ref.times() {
			if t.After(from) {
				from = t.Time
			}
		}
		if isIt {
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
