package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// secret reads a Secret. Its caller keeps the names and sizes of its keys, and nothing else of it.
func (c *Cluster) secret(ctx context.Context, namespace, name string) (*corev1.Secret, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	secret, err := read(ctx, func(ctx context.Context) (*corev1.Secret, error) {
		return client.CoreV1().Secrets(namespace).Get(ctx, name, metav1.GetOptions{})
	})
	return secret, apiError(referent{namespace, workload.SecretReference, name}.call(), err)
}

func (c *Cluster) configMap(ctx context.Context, namespace, name string) (*corev1.ConfigMap, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	m, err := read(ctx, func(ctx context.Context) (*corev1.ConfigMap, error) {
		return client.CoreV1().ConfigMaps(namespace).Get(ctx, name, metav1.GetOptions{})
	})
	return m, apiError(referent{namespace, workload.ConfigMapReference, name}.call(), err)
}
