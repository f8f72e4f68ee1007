package secrets

import (
	"cmp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Subject is a Secret or ConfigMap whose consumers are sought, without its values.
type Subject struct {
	workload.Ref
	Type      string // of a Secret
	Immutable bool
	// Unread: the keys and the last change are not known, since reading the object is forbidden.
	Unread  bool
	Keys    []SubjectKey // by name
	Changed Change
}

// SubjectKey is one key of a Subject.
type SubjectKey struct {
	Name    string
	Bytes   int
	Changed time.Time
	// Expires is the end of the certificate that the value is, of several the first; zero if it is none.
	Expires time.Time
}

// NewSubject describes an object by its metadata and the sizes of its values in bytes.
func NewSubject(ref workload.Ref, meta *metav1.ObjectMeta, sizes map[string]int) Subject {
	changed, byKey := lastChange(meta)
	s := Subject{Ref: ref, Changed: changed, Keys: make([]SubjectKey, 0, len(sizes))}
	for name, size := range sizes {
		key := SubjectKey{Name: name, Bytes: size, Changed: changed.Time}
		if at, known := byKey[name]; known {
			key.Changed = at
		}
		s.Keys = append(s.Keys, key)
	}
	slices.SortFunc(s.Keys, func(a, b SubjectKey) int { return cmp.Compare(a.Name, b.Name) })
	return s
}

// lacks tells whether a key is known not to be there.
func (s *Subject) lacks(key string) bool {
	return key != "" && !s.Unread && s.key(key) == nil
}

func (s *Subject) key(name string) *SubjectKey {
	i, found := slices.BinarySearchFunc(s.Keys, name, func(k SubjectKey, name string) int { return cmp.Compare(k.Name, name) })
	if !found {
		return nil
	}
	return &s.Keys[i]
}

// pullKey is the one key that is read of a pull secret (k8s.io/kubernetes, pkg/credentialprovider/secrets):
// the newer format where both are there. Of an object that can't be read it may be either.
func (s *Subject) pullKey() string {
	switch {
	case s.Unread:
		return ""
	case s.lacks(corev1.DockerConfigJsonKey) && !s.lacks(corev1.DockerConfigKey):
		return corev1.DockerConfigKey
	}
	return corev1.DockerConfigJsonKey
}

// changed is when what a use reads was last changed.
func (s *Subject) changed(u Use) time.Time {
	if key := s.key(u.Key); key != nil {
		return key.Changed
	}
	return s.Changed.Time
}
