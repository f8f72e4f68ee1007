package diagnosis

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// notes are the events about one object.
type notes []*corev1.Event

// noteIndex holds the events of a snapshot by the object that they are about.
type noteIndex map[types.UID]notes

func indexNotes(events []*corev1.Event) noteIndex {
	if len(events) == 0 {
		return nil
	}
	index := make(noteIndex, len(events))
	for _, e := range events {
		index[e.InvolvedObject.UID] = append(index[e.InvolvedObject.UID], e)
	}
	return index
}

// latest returns the newest event of one of the reasons whose text contains the phrase, or nil.
func (n notes) latest(phrase string, reasons ...string) *corev1.Event {
	var found *corev1.Event
	for _, e := range n {
		for _, r := range reasons {
			if e.Reason == r && strings.Contains(e.Message, phrase) && (found == nil || noteTime(e).After(noteTime(found))) {
				found = e
			}
		}
	}
	return found
}

// of returns the events about one container. Those that name no container are left out.
func (n notes) of(container string) notes {
	var mine notes
	for _, e := range n {
		path := e.InvolvedObject.FieldPath
		if strings.HasSuffix(path, "{"+container+"}") || (path == "" && strings.Contains(e.Message, "ontainer "+container+" ")) {
			mine = append(mine, e)
		}
	}
	return mine
}

// noteTime is when an event was last seen. Events of the events.k8s.io style have a series in place
// of the older fields.
func noteTime(e *corev1.Event) time.Time {
	last := e.FirstTimestamp.Time
	for _, t := range []time.Time{e.LastTimestamp.Time, e.EventTime.Time} {
		if t.After(last) {
			last = t
		}
	}
	if e.Series != nil && e.Series.LastObservedTime.After(last) {
		last = e.Series.LastObservedTime.Time
	}
	return last
}

func noteCount(e *corev1.Event) int32 {
	count := max(e.Count, 1)
	if e.Series != nil {
		count = max(count, e.Series.Count)
	}
	return count
}

// noteSpan is for how long an event has come again.
func noteSpan(e *corev1.Event) time.Duration {
	first := e.FirstTimestamp.Time
	if first.IsZero() {
		first = e.EventTime.Time
	}
	if first.IsZero() {
		return 0
	}
	return noteTime(e).Sub(first)
}

// noteText is an event's message without what the recorder puts before it after some repeats.
func noteText(e *corev1.Event) string {
	return strings.TrimPrefix(e.Message, "(combined from similar events): ")
}
