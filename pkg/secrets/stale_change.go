package secrets

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

// lastChange finds when the content was last changed, and when that of each key was at the latest.
func lastChange(meta *metav1.ObjectMeta) (Change, map[string]time.Time) {
	last, byKey := Change{meta.CreationTimestamp.Time, FromCreation}, map[string]time.Time{}
	for _, entry := range meta.ManagedFields {
		if entry.Time == nil || entry.Subresource != "" {
			continue
		}
		content := contentFields(entry.FieldsV1)
		if !content.owns() {
			continue
		}
		at := entry.Time.Time
		if at.Before(meta.CreationTimestamp.Time) { // a restored backup: the content is as new as the object
			at = meta.CreationTimestamp.Time
		}
		if !at.Before(last.Time) {
			last = Change{at, FromManagedFields}
		}
		for key := range content.keys() {
			if at.After(byKey[key]) {
				byKey[key] = at
			}
		}
	}
	return last, byKey
}
