package secrets

import (
	"encoding/json"
	"strings"
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
		keys, owns := ownedKeys(entry.FieldsV1)
		if !owns {
			continue
		}
		at := entry.Time.Time
		if at.Before(meta.CreationTimestamp.Time) { // a restored backup: the content is as new as the object
			at = meta.CreationTimestamp.Time
		}
		if !at.Before(last.Time) {
			last = Change{at, FromManagedFields}
		}
		for _, key := range keys {
			if at.After(byKey[key]) {
				byKey[key] = at
			}
		}
	}
	return last, byKey
}

// ownedKeys lists the keys that a field manager owns, and whether it owns any content. Fields that
// can't be read count as none.
func ownedKeys(fields *metav1.FieldsV1) (keys []string, owns bool) {
	if fields == nil {
		return nil, false
	}
	var content struct {
		Data       map[string]json.RawMessage `json:"f:data"`
		StringData map[string]json.RawMessage `json:"f:stringData"`
		BinaryData map[string]json.RawMessage `json:"f:binaryData"`
	}
	if err := json.Unmarshal(fields.GetRawBytes(), &content); err != nil {
		return nil, false
	}
	for _, owned := range []map[string]json.RawMessage{content.Data, content.StringData, content.BinaryData} {
		owns = owns || owned != nil
		for field := range owned {
			if key, found := strings.CutPrefix(field, "f:"); found {
				keys = append(keys, key)
			}
		}
	}
	return keys, owns
}
