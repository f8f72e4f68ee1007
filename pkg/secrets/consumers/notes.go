package consumers

import (
	"encoding/json"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// notes are what an update leaves in an annotation of the object, since the API server has one time for all
// the keys that a field manager owns, that of its last write, and none for a removal.
type notes struct {
	Manager string    `json:"manager"`
	Written time.Time `json:"written"`
	// Changed is when keys of the manager were last changed that this write did not change.
	Changed map[string]time.Time `json:"changed,omitempty"`
	// Earlier are the times in which a key that was changed and restored had the value that it has again.
	Earlier map[string][]span `json:"earlier,omitempty"`
}

// wholeContent stands for all keys in notes: no key has an empty name.
const wholeContent = ""

// span is a time from its first moment up to its end, which does not belong to it.
type span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

func (s span) contains(at time.Time) bool { return !at.Before(s.From) && at.Before(s.To) }

// Of an object with more to note than that only the write itself is noted: all content of the manager then
// counts as new.
const (
	maxNotes     = 200
	maxNoteBytes = 16 << 10
	maxSpans     = 4
)

// noteSlack is how far the clock of the writer may be from that of the API server. Beyond it the notes say
// nothing: the manager may have written again, and not noted what it did.
const noteSlack = 5 * time.Second

// readNotes are those of an object; what can't be read counts as none.
func readNotes(meta *metav1.ObjectMeta) notes {
	var n notes
	if json.Unmarshal([]byte(meta.Annotations[workload.AnnotationKeyTimes]), &n) != nil {
		return notes{}
	}
	return n
}

// speaksOf tells of which entries the notes are true: those that their manager had written when it left them,
// with an update or an apply. It is none if the manager has written again, and not noted what it did.
func (n notes) speaksOf(meta *metav1.ObjectMeta) func(metav1.ManagedFieldsEntry) bool {
	var last *metav1.Time
	for _, entry := range meta.ManagedFields {
		if writes(entry, n.Manager) && contentFields(entry.FieldsV1).annotates(workload.AnnotationKeyTimes) &&
			entry.Time != nil && entry.Time.Sub(n.Written).Abs() <= noteSlack {
			last = entry.Time
		}
	}
	return func(entry metav1.ManagedFieldsEntry) bool {
		if last == nil || entry.Time == nil || !writes(entry, n.Manager) {
			return false
		}
		// Of two writes within a second it can't be told which was the last.
		return entry.Time.Before(last) || contentFields(entry.FieldsV1).annotates(workload.AnnotationKeyTimes)
	}
}

// writes tells whether an entry is one of a field manager's, who may have one for updates and one for applies.
func writes(entry metav1.ManagedFieldsEntry, manager string) bool {
	return entry.Manager == manager && entry.Subresource == ""
}

func updates(entry metav1.ManagedFieldsEntry, manager string) bool {
	return entry.Manager == manager && entry.Operation == metav1.ManagedFieldsOperationUpdate && entry.Subresource == ""
}

// of makes more exact what is known of a key that the notes' manager owns.
func (n notes) of(key string, known keyHistory) keyHistory {
	if at, noted := n.Changed[key]; noted && at.Before(known.changed) {
		known.changed = at
	}
	known.earlier = n.Earlier[key]
	return known
}

// Update is a write of some keys by a field manager.
type Update struct {
	Manager string
	At      time.Time
	Keys    []string // that it changes
	// Same are keys that it writes and does not change.
	Same []string
	// Removes: some of them go, which nothing else tells afterwards.
	Removes bool
}

// ApplyNotes is what to apply in workload.AnnotationKeyTimes along with the keys; "" for nothing. What another
// manager has noted is left to it, and an apply that changes nothing keeps what is noted.
func (u Update) ApplyNotes(now *metav1.ObjectMeta) string {
	noted := readNotes(now).Manager
	switch {
	case noted != "" && noted != u.Manager:
		return ""
	case len(u.Keys) == 0:
		return now.Annotations[workload.AnnotationKeyTimes]
	}
	if text := u.Notes(now); text != nil {
		return *text
	}
	return ""
}

// Notes is what to write in workload.AnnotationKeyTimes along with the update of an object: nil to leave
// the annotation as it is, "" to take it away.
func (u Update) Notes(now *metav1.ObjectMeta) *string {
	return u.text(now, u.notes(now))
}

// RestoreNotes is the same for an update that brings keys back to what they were in before, which an
// update of the same manager had made what they are in written, the answer to it. whole tells that all is
// as it was then.
func (u Update) RestoreNotes(now, before, written *metav1.ObjectMeta, whole bool) *string {
	next := u.notes(now)
	// Without the answer it is not known when the update was made.
	if end := lastUpdate(written, u.Manager); written.ResourceVersion != before.ResourceVersion && !end.IsZero() {
		was := historyOf(before)
		for _, key := range u.Keys {
			next.add(key, was.of(key), end)
		}
		if whole {
			next.add(wholeContent, keyHistory{was.last.Time, was.earlier}, end)
		}
	}
	return u.text(now, next)
}

func lastUpdate(meta *metav1.ObjectMeta, manager string) time.Time {
	for _, entry := range meta.ManagedFields {
		if updates(entry, manager) && entry.Time != nil {
			return entry.Time.Time
		}
	}
	return time.Time{}
}

// notes are of the keys that the manager has written earlier, and of those that it writes unchanged.
func (u Update) notes(now *metav1.ObjectMeta) notes {
	next := notes{Manager: u.Manager, Written: u.At.UTC().Truncate(time.Second), Changed: map[string]time.Time{}, Earlier: map[string][]span{}}
	history, keys := historyOf(now), slices.Clone(u.Same)
	for _, entry := range now.ManagedFields {
		if writes(entry, u.Manager) {
			keys = slices.AppendSeq(keys, contentFields(entry.FieldsV1).keys())
		}
	}
	for _, key := range keys {
		if slices.Contains(u.Keys, key) {
			continue
		}
		known := history.of(key)
		next.Changed[key] = known.changed.UTC()
		if len(known.earlier) > 0 {
			next.Earlier[key] = known.earlier
		}
	}
	return next
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

func (u Update) text(now *metav1.ObjectMeta, n notes) *string {
	if len(n.Changed)+len(n.Earlier) == 0 && !u.Removes {
		if readNotes(now).Manager != u.Manager { // none, or someone else's
			return nil
		}
		return new("")
	}
	text, err := json.Marshal(n)
	if err != nil || len(n.Changed)+len(n.Earlier) > maxNotes || len(text) > maxNoteBytes {
		// Of a manager and a time there is always a text.
		text, _ = json.Marshal(notes{Manager: n.Manager, Written: n.Written})
	}
	return new(string(text))
}
