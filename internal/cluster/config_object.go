package cluster

import (
	"context"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// SecretOrConfigMap reads the object of that name: one of the two, by the ref's kind.
func (c *Cluster) SecretOrConfigMap(ctx context.Context, ref workload.Ref) (secret *corev1.Secret, configMap *corev1.ConfigMap, err error) {
	if secret, configMap, err = c.secretOrConfigMap(ctx, ref); secret != nil {
		c.valuesKnown(types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name})
	}
	return secret, configMap, err
}

func (c *Cluster) secretOrConfigMap(ctx context.Context, ref workload.Ref) (secret *corev1.Secret, configMap *corev1.ConfigMap, err error) {
	client, err := c.typed()
	if err != nil {
		return nil, nil, err
	}
	_, err = Read(ctx, func(ctx context.Context) (struct{}, error) {
		var err error
		if ref.Kind == string(workload.SecretReference) {
			secret, err = client.CoreV1().Secrets(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		} else {
			configMap, err = client.CoreV1().ConfigMaps(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		}
		return struct{}{}, err
	})
	if err != nil {
		return nil, nil, APIError(Call{"get", strings.ToLower(ref.Kind) + "s", ref.Namespace, ref.String()}, err)
	}
	switch {
	case secret == nil:
	case secret.Type == corev1.SecretTypeTLS: // renewed often, and no program prints a private key
		c.redactor.Secret(secret.Data)
	default:
		c.redactor.SecretRead(secret, consumers.LastChange(&secret.ObjectMeta).Time)
	}
	return secret, configMap, nil
}

// Keys reads the names of the keys of a Secret or ConfigMap, sorted; the values are dropped here. Without keys it asks only
// for the metadata of the object, whatever its kind, so that no value travels at all.
func (c *Cluster) Keys(ctx context.Context, ref workload.Ref, withKeys bool) ([]string, error) {
	if !withKeys {
		return nil, c.exists(ctx, ref)
	}
	secret, configMap, err := c.SecretOrConfigMap(ctx, ref)
	switch {
	case err != nil:
		return nil, err
	case secret != nil:
		return slices.Sorted(maps.Keys(secret.Data)), nil
	}
	return append(slices.Sorted(maps.Keys(configMap.Data)), slices.Sorted(maps.Keys(configMap.BinaryData))...), nil
}

func (c *Cluster) exists(ctx context.Context, ref workload.Ref) error {
	client, err := c.metadata()
	if err != nil {
		return err
	}
	resource := strings.ToLower(ref.Kind) + "s"
	_, err = Read(ctx, func(ctx context.Context) (*metav1.PartialObjectMetadata, error) {
		return client.Resource(corev1.SchemeGroupVersion.WithResource(resource)).Namespace(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	})
	return APIError(Call{"get", resource, ref.Namespace, ref.String()}, err)
}
