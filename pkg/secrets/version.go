package secrets

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// NewSecretVersion is the version of a Secret with this content: immutable, its name is of and the hash of
// the content as kustomize makes it. Its labels are those of s.
func NewSecretVersion(s *corev1.Secret, of string) (*corev1.Secret, error) {
	v := s.DeepCopy()
	v.ObjectMeta, v.Immutable = versionMeta(&s.ObjectMeta, of), new(true)
	sum, err := SecretHash(Meta{Name: of}, v.Type, entriesOfData(v.Data))
	v.Name += "-" + sum
	return v, err
}

// NewConfigMapVersion is the same of a ConfigMap.
func NewConfigMapVersion(c *corev1.ConfigMap, of string) (*corev1.ConfigMap, error) {
	v := c.DeepCopy()
	v.ObjectMeta, v.Immutable = versionMeta(&c.ObjectMeta, of), new(true)
	sum, err := ConfigMapHash(Meta{Name: of}, entriesOfData(ConfigMapData(c)))
	v.Name += "-" + sum
	return v, err
}

func entriesOfData(data map[string][]byte) []Entry {
	entries := make([]Entry, 0, len(data))
	for _, key := range slices.Sorted(maps.Keys(data)) {
		entries = append(entries, Entry{Key: key, Value: data[key]})
	}
	return entries
}

// versionMeta leaves out who owns or manages the object, for the version is neither's, and its annotations:
// an apply's has values in it.
func versionMeta(meta *metav1.ObjectMeta, of string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: of, Namespace: meta.Namespace, Labels: workload.WithoutOwners(meta.Labels),
		Annotations: map[string]string{workload.AnnotationGenerated: of},
	}
}
