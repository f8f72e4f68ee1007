package diagnosis

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// events are those about one object.
type events []*corev1.Event

// eventIndex holds events by the object that they are about.
type eventIndex map[types.UID]events

func indexEvents(events []*corev1.Event) eventIndex {
	if len(events) == 0 {
		return nil
	}
	index := make(eventIndex, len(events))
	for _, e := range events {
		index[e.InvolvedObject.UID] = append(index[e.InvolvedObject.UID], e)
	}
	return index
}

// latest returns the newest event of one of the reasons whose text contains the phrase, or nil.
func (n events) latest(phrase string, reasons ...string) *corev1.Event {
	var found *corev1.Event
	for _, e := range n {
		for _, r := range reasons {
			if e.Reason == r && strings.Contains(e.Message, phrase) && (found == nil || eventTime(e).After(eventTime(found))) {
				found = e
			}
		}
	}
	return found
}

// of returns the events about one container. Those that name no container are left out.
func (n events) of(container string) events {
	var mine events
	for _, e := range n {
		path := e.InvolvedObject.FieldPath
		if strings.HasSuffix(path, "{"+container+"}") || (path == "" && strings.Contains(e.Message, "ontainer "+container+" ")) {
			mine = append(mine, e)
		}
	}
	return mine
}

// eventTime is when an event was last seen. Events of the events.k8s.io style have a series in place
// of the older fields.
func eventTime(e *corev1.Event) time.Time {
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

func eventCount(e *corev1.Event) int32 {
	count := max(e.Count, 1)
	if e.Series != nil {
		count = max(count, e.Series.Count)
	}
	return count
}

// eventSpan is the time between the first and the last occurrence of an event.
func eventSpan(e *corev1.Event) time.Duration {
	first := e.FirstTimestamp.Time
	if first.IsZero() {
		first = e.EventTime.Time
	}
	if first.IsZero() {
		return 0
	}
	return eventTime(e).Sub(first)
}

// eventText is an event's message without the prefix of combined events.
func eventText(e *corev1.Event) string {
	return strings.TrimPrefix(e.Message, "(combined from similar events): ")
}
