package consumers

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

	earlier []span // when all of it was the same already
}

// SubjectKey is one key of a Subject.
type SubjectKey struct {
	Name    string
	Bytes   int
	Changed time.Time
	// Expires is the end of the certificate that the value is, of several the first; zero if it is none.
	Expires time.Time

	earlier []span // when it had the same value already
}

// NewSubject describes an object by its metadata and the sizes of its values in bytes.
func NewSubject(ref workload.Ref, meta *metav1.ObjectMeta, sizes map[string]int) Subject {
	history := historyOf(meta)
	s := Subject{Ref: ref, Changed: history.last, Keys: make([]SubjectKey, 0, len(sizes)), earlier: history.earlier}
	for name, size := range sizes {
		known := history.of(name)
		s.Keys = append(s.Keys, SubjectKey{Name: name, Bytes: size, Changed: known.changed, earlier: known.earlier})
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

// untold: there is content, and nobody has noted who wrote it when.
func (s *Subject) untold() bool { return s.Changed.Source == FromCreation && len(s.Keys) > 0 }

// differed tells whether what a use read at that moment is not what is there now. Times are of whole
// seconds: what happened within one can't be told apart, and counts as the newer.
func (s *Subject) differed(u Use, at time.Time) bool {
	changed, earlier := s.Changed.Time, s.earlier
	if key := s.key(u.Key); key != nil {
		changed, earlier = key.Changed, key.earlier
	}
	return at.Before(changed) && !slices.ContainsFunc(earlier, func(s span) bool { return s.contains(at) })
}
