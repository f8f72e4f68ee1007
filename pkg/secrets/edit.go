package secrets

import (
	"errors"
	"maps"
	"slices"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Edit is a change of some keys; all others stay.
type Edit struct {
	Set    []Entry
	Remove []string
	// MayLack: a key to remove need not be there, as long as none has a name much like it.
	MayLack bool
}

// Apply edits data, which is left as it is. The faults are joined: those of Check, a *DuplicateError
// for a key that is set and removed, a *NoKeyError for one to remove that is not there.
func (e Edit) Apply(data map[string][]byte) (map[string][]byte, error) {
	faults := []error{Check(e.Set)}
	next := maps.Clone(data)
	if next == nil {
		next = map[string][]byte{}
	}
	for _, key := range e.Remove {
		if i := slices.IndexFunc(e.Set, func(s Entry) bool { return s.Key == key }); i >= 0 {
			faults = append(faults, &DuplicateError{key, e.Set[i].Origin, Origin{Kind: Literal, Name: key + "-"}})
		}
		delete(next, key)
	}
	for _, key := range e.Gone(data) {
		if near := workload.Nearest(key, slices.Collect(maps.Keys(data))); near != "" || !e.MayLack {
			faults = append(faults, &NoKeyError{key, near})
		}
	}
	for _, s := range e.Set {
		next[s.Key] = s.Value
	}
	faults = append(faults, checkSize(next))
	return next, errors.Join(faults...)
}

// Gone are the keys to remove that data does not have.
func (e Edit) Gone(data map[string][]byte) []string {
	return slices.DeleteFunc(slices.Clone(e.Remove), func(key string) bool {
		_, known := data[key]
		return known
	})
}

func checkSize(data map[string][]byte) error {
	total, largest := 0, Entry{}
	for _, key := range slices.Sorted(maps.Keys(data)) {
		value := data[key]
		total += len(value)
		if len(value) > len(largest.Value) {
			largest = Entry{Key: key, Value: value}
		}
	}
	if total <= MaxSize {
		return nil
	}
	return &TooLargeError{total, largest.Key, len(largest.Value)}
}

// Keys are all that the edit names, sorted.
func (e Edit) Keys() []string {
	keys := slices.Clone(e.Remove)
	for _, s := range e.Set {
		keys = append(keys, s.Key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// ApplyToConfigMap edits a copy of c; a value that is not UTF-8 becomes binaryData, as with kustomize. The
// errors are those of Apply.
func (e Edit) ApplyToConfigMap(c *corev1.ConfigMap) (*corev1.ConfigMap, error) {
	if _, err := e.Apply(ConfigMapData(c)); err != nil {
		return nil, err
	}
	next := c.DeepCopy()
	for _, key := range e.Keys() {
		delete(next.Data, key)
		delete(next.BinaryData, key)
	}
	for _, s := range e.Set {
		switch {
		case utf8.Valid(s.Value) && next.Data == nil:
			next.Data = map[string]string{s.Key: string(s.Value)}
		case utf8.Valid(s.Value):
			next.Data[s.Key] = string(s.Value)
		case next.BinaryData == nil:
			next.BinaryData = map[string][]byte{s.Key: s.Value}
		default:
			next.BinaryData[s.Key] = s.Value
		}
	}
	return next, nil
}
