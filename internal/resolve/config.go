package resolve

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ConfigRefs finds which Secrets and ConfigMaps the selection names; an *ArgumentError or an *Error.
func ConfigRefs(in *cluster.Cluster, s Selection) ([]workload.Ref, error) {
	c := finder{in}
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
func ConfigKind(in *cluster.Cluster, typ string) (string, error) {
	c := finder{in}
	gvk, err := c.kindOf(typ)
	if err != nil {
		return "", err
	}
	if !isConfig(gvk) {
		return "", &cluster.Error{Reason: cluster.Unsupported, Object: typ, Message: fmt.Sprintf("prune deletes versions of Secrets and ConfigMaps, and no %s: give secrets or configmaps", typ)}
	}
	return gvk.Kind, nil
}

func isConfig(gvk schema.GroupVersionKind) bool {
	return gvk.Group == "" && (gvk.Kind == "Secret" || gvk.Kind == "ConfigMap")
}

func notConfig(kind, name, namespace, verb string) *cluster.Error {
	object := strings.ToLower(kind) + "/" + name
	e := &cluster.Error{
		Reason: cluster.Unsupported, Object: object,
		Message: fmt.Sprintf("%s is not a Secret or ConfigMap, and kubectl app %s takes only these", object, verb),
	}
	switch {
	case verb == "get":
		e.Next = []string{"kubectl get " + object + cluster.InFlag(namespace)}
	case workload.KindNamed(kind) != nil && workload.KindNamed(kind).Releasable():
		e.Next = []string{"kubectl app rollout status " + object + cluster.InFlag(namespace)}
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
