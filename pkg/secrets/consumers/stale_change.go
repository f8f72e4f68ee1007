package consumers

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ChangeSource is where the moment of a change is known from.
type ChangeSource string

// The API server notes when each field manager last changed something (kubernetes.io, "Server-Side
// Apply"); without that there is only the creation.
const (
	FromManagedFields ChangeSource = "managedFields"
	FromCreation      ChangeSource = "creationTimestamp"
)

// Change is the last change of an object's content: at the latest then, since a manager that owns
// content may have changed a label last. It counts whole seconds, as the API does.
type Change struct {
	Time   time.Time
	Source ChangeSource
}

// contentHistory is since when an object's content is as it is.
type contentHistory struct {
	last Change
	// earlier are the times in which the whole content was the same already.
	earlier []span
	keys    map[string]keyHistory
}

// keyHistory is the same of one key.
type keyHistory struct {
	changed time.Time
	earlier []span
}

// of is what is known of a key: one that no manager owns was last changed when anything was.
func (h contentHistory) of(key string) keyHistory {
	if known, is := h.keys[key]; is {
		return known
	}
	return keyHistory{changed: h.last.Time}
}

// ChangedAt is when the keys of an object were last changed, at the latest. One that is not there may have
// been removed when anything was changed.
func ChangedAt(meta *metav1.ObjectMeta, keys []string) time.Time {
	var last time.Time
	history := historyOf(meta)
	for _, key := range keys {
		if at := history.of(key).changed; at.After(last) {
			last = at
		}
	}
	return last
}

// LastChange is when an object's content was last changed.
func LastChange(meta *metav1.ObjectMeta) Change { return historyOf(meta).last }

// historyOf finds since when the content is as it is: at the latest then. A manager has one time for all
// that it owns, which its notes make more exact; of several who own a key the newest counts.
func historyOf(meta *metav1.ObjectMeta) contentHistory {
	h := contentHistory{last: Change{meta.CreationTimestamp.Time, FromCreation}, keys: map[string]keyHistory{}}
	notes := readNotes(meta)
	speaksOf := notes.speaksOf(meta)
	for _, entry := range meta.ManagedFields {
		content := contentFields(entry.FieldsV1)
		if entry.Time == nil || entry.Subresource != "" || !content.owns() && !content.annotates(workload.AnnotationKeyTimes) {
			continue
		}
		at, noted := notBefore(meta, entry.Time.Time), speaksOf(entry)
		switch {
		case at.After(h.last.Time), h.last.Source == FromCreation:
			h.last, h.earlier = Change{at, FromManagedFields}, nil
			if noted {
				h.earlier = notes.Earlier[wholeContent]
			}
		case at.Equal(h.last.Time): // two within a second: which was the last can't be told
			h.earlier = nil
		}
		for key := range content.keys() {
			known := keyHistory{changed: at}
			if noted {
				known = notes.of(key, known)
				known.changed = notBefore(meta, known.changed)
			}
			h.add(key, known)
		}
	}
	return h
}

// add joins what one more owner of a key tells.
func (h contentHistory) add(key string, known keyHistory) {
	other, owned := h.keys[key]
	switch {
	case owned && known.changed.Before(other.changed):
		return
	case owned && known.changed.Equal(other.changed):
		known.earlier = nil
	}
	h.keys[key] = known
}

// notBefore bounds what a restored backup or a copy says: the content is as new as the object.
func notBefore(meta *metav1.ObjectMeta, at time.Time) time.Time {
	if created := meta.CreationTimestamp.Time; at.Before(created) {
		return created
	}
	return at
}
