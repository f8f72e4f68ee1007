package secrets

import (
	"encoding/json"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// notes are what a field manager leaves in an annotation of the object with each of its writes, since the
// API server has one time for all the keys that a manager owns: that of its last write.
type notes struct {
	Manager string `json:"manager"`
	// Changed is when keys were last changed that the last write did not change.
	Changed map[string]time.Time `json:"changed,omitempty"`
	// Earlier are the times in which a key that was changed and restored had the value that it has again.
	Earlier map[string][]span `json:"earlier,omitempty"`

	written time.Time
}

// wholeContent stands for all keys in notes: no key has an empty name.
const wholeContent = ""

// span is a time from its first moment up to its end, which does not belong to it.
type span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

func (s span) contains(at time.Time) bool { return !at.Before(s.From) && at.Before(s.To) }

// An object with more to note than that, or a longer past, is judged by what the API server knows: what is
// left out makes content look newer than it is, never older.
const (
	maxNotes = 200
	maxSpans = 4
)

// readNotes are those of an object; what can't be read, or what someone else has written, counts as none.
func readNotes(meta *metav1.ObjectMeta) notes {
	var n notes
	if json.Unmarshal([]byte(meta.Annotations[workload.AnnotationKeyTimes]), &n) != nil {
		return notes{}
	}
	for _, entry := range meta.ManagedFields {
		if entry.Manager == n.Manager && entry.Time != nil && entry.Time.After(n.written) && contentFields(entry.FieldsV1).annotates(workload.AnnotationKeyTimes) {
			n.written = entry.Time.Time
		}
	}
	return n
}

// speakOf tells whether the notes are as new as what a manager owns: it may have written without, where it
// was not allowed to read.
func (n notes) speakOf(entry metav1.ManagedFieldsEntry) bool {
	return entry.Manager == n.Manager && !entry.Time.After(n.written)
}

// of makes more exact what is known of a key that the notes' manager owns.
func (n notes) of(key string, known keyHistory) keyHistory {
	if at, noted := n.Changed[key]; noted && at.Before(known.changed) {
		known.changed = at
	}
	known.earlier = n.Earlier[key]
	return known
}

// String is the annotation's value, "" where there is nothing to note.
func (n notes) String() string {
	if size := len(n.Changed) + len(n.Earlier); size == 0 || size > maxNotes {
		return ""
	}
	text, err := json.Marshal(n)
	if err != nil { // times before the year 0 or after 9999
		return ""
	}
	return string(text)
}

// NotesOnChange is the value of workload.AnnotationKeyTimes to write along with a change of these keys by
// this field manager; "" for none. now is the object that is changed.
func NotesOnChange(now *metav1.ObjectMeta, manager string, keys []string) string {
	return notesOnChange(now, historyOf(now), manager, keys).String()
}

func notesOnChange(now *metav1.ObjectMeta, history contentHistory, manager string, keys []string) notes {
	next := notes{Manager: manager, Changed: map[string]time.Time{}, Earlier: map[string][]span{}}
	for _, entry := range now.ManagedFields {
		if entry.Manager != manager || entry.Subresource != "" {
			continue
		}
		for key := range contentFields(entry.FieldsV1).keys() {
			if slices.Contains(keys, key) {
				continue
			}
			known := history.of(key)
			next.Changed[key] = known.changed.UTC()
			if len(known.earlier) > 0 {
				next.Earlier[key] = known.earlier
			}
		}
	}
	return next
}

// NotesOnRestore is the same for a write that brings keys back to what they were in before, where a change
// of the same manager has left them as they are now; whole tells that then all is as it was before.
func NotesOnRestore(before, now *metav1.ObjectMeta, manager string, keys []string, whole bool) string {
	was, is := historyOf(before), historyOf(now)
	next := notesOnChange(now, is, manager, keys)
	for _, key := range keys {
		next.add(key, was.of(key), is.of(key).changed)
	}
	if whole {
		next.add(wholeContent, keyHistory{was.last.Time, was.earlier}, is.last.Time)
	}
	return next.String()
}

// add notes that a key was the same before it was changed at that moment.
func (n notes) add(key string, was keyHistory, changed time.Time) {
	spans := slices.Clone(was.earlier)
	if was.changed.Before(changed) {
		spans = append(spans, span{was.changed.UTC(), changed.UTC()})
	}
	if len(spans) > maxSpans {
		spans = spans[len(spans)-maxSpans:]
	}
	if len(spans) > 0 {
		n.Earlier[key] = spans
	}
}
