package secrets

import (
	"encoding/base64"
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubectl/pkg/util/hash"
)

// Meta is what an object has beside its content.
type Meta struct {
	Name, Namespace     string
	Labels, Annotations map[string]string
	Immutable           bool
}

// NewSecret makes a Secret with kustomize's generator. An empty type stays empty, as with kubectl
// create: the server makes it Opaque. The errors are those of Check.
func NewSecret(m Meta, t corev1.SecretType, entries []Entry) (*corev1.Secret, error) {
	node, err := secretNode(m, t, entries)
	if err != nil {
		return nil, err
	}
	s := &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: objectMeta(m), Immutable: immutable(m), Type: t,
	}
	s.Data, err = decoded(node.GetDataMap())
	if err != nil {
		return nil, fmt.Errorf("secret/%s: %w", m.Name, err)
	}
	return s, nil
}

// NewConfigMap makes a ConfigMap with kustomize's generator: a value that is not UTF-8 becomes
// binaryData. The errors are those of Check.
func NewConfigMap(m Meta, entries []Entry) (*corev1.ConfigMap, error) {
	node, err := configMapNode(m, entries)
	if err != nil {
		return nil, err
	}
	c := &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: objectMeta(m), Immutable: immutable(m), Data: node.GetDataMap(),
	}
	c.BinaryData, err = decoded(node.GetBinaryDataMap())
	if err != nil {
		return nil, fmt.Errorf("configmap/%s: %w", m.Name, err)
	}
	return c, nil
}

// objectMeta is the user's own: a generated node has kustomize's internal annotations as well.
func objectMeta(m Meta) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: m.Name, Namespace: m.Namespace, Labels: maps.Clone(m.Labels), Annotations: maps.Clone(m.Annotations),
	}
}

func immutable(m Meta) *bool {
	if !m.Immutable {
		return nil
	}
	return new(true)
}

// decoded takes the generator's base64 apart, which it breaks into lines.
func decoded(encoded map[string]string) (map[string][]byte, error) {
	data := make(map[string][]byte, len(encoded))
	for key, text := range encoded {
		value, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("decoding %s: the generator's base64 is broken", key)
		}
		data[key] = value
	}
	return data, nil
}

// AppendSecretHash adds the hash of the content to the name, as kubectl create secret --append-hash does.
func AppendSecretHash(s *corev1.Secret) error {
	sum, err := hash.SecretHash(s)
	if err != nil {
		return fmt.Errorf("hashing secret/%s: %w", s.Name, err)
	}
	s.Name += "-" + sum
	return nil
}

// AppendConfigMapHash adds the hash of the content to the name, as kubectl create configmap --append-hash does.
func AppendConfigMapHash(c *corev1.ConfigMap) error {
	sum, err := hash.ConfigMapHash(c)
	if err != nil {
		return fmt.Errorf("hashing configmap/%s: %w", c.Name, err)
	}
	c.Name += "-" + sum
	return nil
}
