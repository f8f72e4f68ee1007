package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ConfigRefs finds which Secrets and ConfigMaps the selection names; an *ArgumentError or an *Error.
func (c *Cluster) ConfigRefs(s Selection) ([]workload.Ref, error) {
	wanted, err := s.parse()
	if err != nil {
		return nil, err
	}
	namespace, _, err := c.Namespace()
	if err != nil {
		return nil, err
	}
	var refs []workload.Ref
	for _, w := range wanted {
		gvk, err := c.kindOf(w.kind)
		if err != nil {
			return nil, err
		}
		if !isConfig(gvk) {
			return nil, notConfig(gvk.Kind, w.name, namespace, s.Verb)
		}
		refs = append(refs, workload.Ref{Kind: gvk.Kind, Namespace: namespace, Name: w.name})
	}
	return unique(refs), nil
}

// ConfigKind is the kind that a TYPE of the command line names, if it is Secret or ConfigMap.
func (c *Cluster) ConfigKind(typ string) (string, error) {
	gvk, err := c.kindOf(typ)
	if err != nil {
		return "", err
	}
	if !isConfig(gvk) {
		return "", &Error{Reason: Unsupported, Object: typ, Message: fmt.Sprintf("%s are not generated: give secrets or configmaps", typ)}
	}
	return gvk.Kind, nil
}

func isConfig(gvk schema.GroupVersionKind) bool {
	return gvk.Group == "" && (gvk.Kind == "Secret" || gvk.Kind == "ConfigMap")
}

func notConfig(kind, name, namespace, verb string) *Error {
	object := lower(kind) + "/" + name
	e := &Error{
		Reason: Unsupported, Object: object,
		Message: fmt.Sprintf("%s is not a Secret or ConfigMap, and kubectl app %s takes only these", object, verb),
	}
	switch {
	case verb == "get":
		e.Next = []string{"kubectl get " + object + InFlag(namespace)}
	case workload.KindNamed(kind) != nil && workload.KindNamed(kind).Releasable():
		e.Next = []string{"kubectl app rollout status " + object + InFlag(namespace)}
	}
	return e
}

// ParseEnvSource reads --from: TYPE/NAME of a Secret or a ConfigMap, by any of kubectl's names for the
// type. The namespace is left open. The error is an *ArgumentError.
func ParseEnvSource(text string) (rollout.EnvSource, error) {
	kind, name, _ := strings.Cut(text, "/")
	k, known := builtinKind(kind)
	source := rollout.EnvSource{Kind: workload.ReferenceKind(k.Kind), Name: name}
	isSource := source.Kind == workload.SecretReference || source.Kind == workload.ConfigMapReference
	if !known || !isSource || name == "" || strings.Contains(name, "/") {
		return rollout.EnvSource{}, &ArgumentError{"--from takes secret/NAME or configmap/NAME, and " + redact.Argument(text) + " is neither"}
	}
	return source, nil
}

// SecretOrConfigMap reads the object of that name: one of the two, by the ref's kind.
func (c *Cluster) SecretOrConfigMap(ctx context.Context, ref workload.Ref) (secret *corev1.Secret, configMap *corev1.ConfigMap, err error) {
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
		return nil, nil, APIError(Call{"get", lower(ref.Kind) + "s", ref.Namespace, ref.String()}, err)
	}
	if secret != nil {
		c.redactor.Secret(secret.Data)
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
	resource := lower(ref.Kind) + "s"
	_, err = Read(ctx, func(ctx context.Context) (*metav1.PartialObjectMetadata, error) {
		return client.Resource(corev1.SchemeGroupVersion.WithResource(resource)).Namespace(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	})
	return APIError(Call{"get", resource, ref.Namespace, ref.String()}, err)
}
