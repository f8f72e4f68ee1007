package secrets

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// ChangeKind is what becomes of a key. The set is closed.
type ChangeKind string

// The kinds of changes.
const (
	Added     ChangeKind = "added"
	Changed   ChangeKind = "changed"
	Removed   ChangeKind = "removed"
	Unchanged ChangeKind = "unchanged"
)

// KeyChange is what becomes of one key: sizes, never values.
type KeyChange struct {
	Key    string
	Kind   ChangeKind
	Before int // bytes; 0 if it was not there
	After  int // bytes; 0 if it is not there any more
}

// String is the change as messages have it: "changed, 8 bytes -> 12 bytes".
func (c KeyChange) String() string {
	switch c.Kind {
	case Changed:
		if c.Before == c.After {
			return fmt.Sprintf("changed, %s as before", Size(c.After))
		}
		return fmt.Sprintf("changed, %s -> %s", Size(c.Before), Size(c.After))
	case Removed:
		return fmt.Sprintf("removed, %s", Size(c.Before))
	}
	return fmt.Sprintf("%s, %s", c.Kind, Size(c.After))
}

// Diff compares by key. All keys of both are in it, in their order.
func Diff(before, after map[string][]byte) []KeyChange {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(before)), maps.Keys(after))
	slices.Sort(keys)
	keys = slices.Compact(keys)
	changes := make([]KeyChange, 0, len(keys))
	for _, key := range keys {
		old, was := before[key]
		next, is := after[key]
		kind := Unchanged
		switch {
		case !was:
			kind = Added
		case !is:
			kind = Removed
		case !bytes.Equal(old, next):
			kind = Changed
		}
		changes = append(changes, KeyChange{key, kind, len(old), len(next)})
	}
	return changes
}

// ConfigMapData is all that a ConfigMap holds, text and binary.
func ConfigMapData(c *corev1.ConfigMap) map[string][]byte {
	data := make(map[string][]byte, len(c.Data)+len(c.BinaryData))
	for key, value := range c.Data {
		data[key] = []byte(value)
	}
	maps.Copy(data, c.BinaryData)
	return data
}
