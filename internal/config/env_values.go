package config

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/kubectl/pkg/cmd/set/env"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// EnvValues tells what variables that refer to something else stand for, as `kubectl set env --list
// --resolve` does. Each object is read once. A Secret's value is never told, only its size.
type EnvValues struct {
	cluster   Client
	namespace string
	store     *env.ResourceStore
	sizes     map[string]map[string]int // of Secrets, by key
}

// EnvValues is for the variables of one namespace's workloads.
func (c Client) EnvValues(namespace string) *EnvValues {
	return &EnvValues{cluster: c, namespace: namespace, store: env.NewResourceStore(), sizes: map[string]map[string]int{}}
}

// Resolve returns the value of a variable with a source, or told, what may be said in its place. Fields
// are those of the workload itself, since a pod is not there yet.
func (v *EnvValues) Resolve(ctx context.Context, o cluster.Object, c *corev1.Container, from *corev1.EnvVarSource) (value, told string, err error) {
	if ref := from.SecretKeyRef; ref != nil {
		told, err = v.size(ctx, ref)
		return "", told, err
	}
	if ref := from.ConfigMapKeyRef; ref != nil {
		if err := v.load(ctx, ref.Name); err != nil {
			return "", "", err
		}
	}
	// All that it could ask the server for is in the store: it gets no client, as it would not stop
	// at a signal.
	value, err = env.GetEnvVarRefValue(nil, v.namespace, v.store, from, o.API, c)
	return value, "", err
}

func (v *EnvValues) load(ctx context.Context, name string) error {
	if v.store.ConfigMapStore[name] != nil {
		return nil
	}
	found, err := v.cluster.object(ctx, workload.Ref{Kind: string(workload.ConfigMapReference), Namespace: v.namespace, Name: name})
	if err == nil {
		v.store.ConfigMapStore[name] = found.ConfigMap
	}
	return err
}

func (v *EnvValues) size(ctx context.Context, ref *corev1.SecretKeySelector) (string, error) {
	sizes, known := v.sizes[ref.Name]
	if !known {
		secret, err := v.cluster.object(ctx, workload.Ref{Kind: string(workload.SecretReference), Namespace: v.namespace, Name: ref.Name})
		if err != nil {
			return "", err
		}
		sizes = secret.sizes()
		v.sizes[ref.Name] = sizes
	}
	n, has := sizes[ref.Key]
	if !has {
		return "", fmt.Errorf("key %s not found in secret %s", ref.Key, ref.Name)
	}
	return fmt.Sprintf("%d bytes", n), nil
}

// EnvReference describes a source in kubectl's words: "secret db, key url".
func EnvReference(from *corev1.EnvVarSource) string { return env.GetEnvVarRefString(from) }
