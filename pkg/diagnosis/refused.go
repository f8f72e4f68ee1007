package diagnosis

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Where no object of a revision tells that its pods can't be created, only events of the workload do: the
// controller tries again after 1, 2, 5, 10, 20, 41 and 82 s, and says so each time.

// lackTime is how long a pod may be missing before the workload's events are asked for.
const lackTime = 500 * time.Millisecond

// lack notes since when the workload has fewer pods than it should.
func (d *Diagnosis) lack() {
	m, w := &d.History, d.in.Workload
	if d.in.Revision == nil || !d.in.Revision.ByPods || !d.in.observed() || !d.lacksPods() {
		m.lacking = time.Time{}
		return
	}
	if m.lacking.IsZero() {
		m.lacking = d.in.Now
		m.lackedBefore = !m.begun
	}
	if since := m.lacking.Add(lackTime); m.lackedBefore || d.clues.wake.Passed(since) {
		if !slices.Contains(d.in.Blind, blindEvents) {
			d.Wants.Events = put(d.Wants.Events, w.UID, w.Name)
		}
	}
}

// lacksPods: one that is not there is in no count, or, where new pods come beside old ones, only in that of
// the new pods.
func (d *Diagnosis) lacksPods() bool {
	w, here := d.in.Workload, int32(0)
	for _, pod := range d.in.Pods {
		if !Ended(pod) {
			here++
		}
	}
	surges := w.Strategy.MaxSurge > 0 && !w.Strategy.OnDelete && len(d.Unhealthy) == 0 && int32(len(d.Pods)) < w.Goal()
	return here < w.Desired || surges
}

// refusedCreation names why a pod that is missing was not created, by the newest event about it.
func (d *Diagnosis) refusedCreation() (symptom, bool) {
	m := &d.History
	if m.lacking.IsZero() {
		return symptom{}, false
	}
	all := d.clues.notes[d.in.Workload.UID]
	event := all.latest("", "FailedCreate")
	if event == nil || !m.lackedBefore && noteTime(event).Before(m.lacking.Add(-2*time.Second)) {
		return symptom{}, false // of an earlier time
	}
	if made := all.latest("", "SuccessfulCreate"); made != nil && noteTime(made).After(noteTime(event)) {
		return symptom{}, false
	}
	found, ok := refusal(noteText(event))
	if !ok {
		found, ok = waiting(AdmissionDenied, oneLine(noteText(event))), true
	}
	// Pods that are on their way out still count against a quota.
	if found.cause == QuotaExceeded && d.leaving() {
		found.grade = Waiting
	}
	w := d.in.Workload
	found.lacking, found.wanted = int(max(1, w.Goal()-int32(len(d.Pods)))), int(w.Goal())
	found.noted, found.span = true, noteSpan(event)
	return found, ok
}

func (d *Diagnosis) leaving() bool {
	for _, pod := range d.in.Pods {
		if pod.DeletionTimestamp != nil && pod.Status.Phase != corev1.PodFailed && pod.Status.Phase != corev1.PodSucceeded {
			return true
		}
	}
	return false
}
