package resolve

import (
	"context"
	"errors"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// One finds the kind of the one object that a selection names, and its reference. The errors are *ArgumentError and *Error.
func One(in *cluster.Cluster, s Selection) (schema.GroupVersionKind, workload.Ref, error) {
	c := finder{in}
	wanted, err := s.parse()
	if err != nil {
		return schema.GroupVersionKind{}, workload.Ref{}, err
	}
	if len(wanted) != 1 || wanted[0].name == "" {
		return schema.GroupVersionKind{}, workload.Ref{}, &ArgumentError{"exactly one object: give TYPE/NAME, for example deployment/web"}
	}
	namespace, _, err := c.Namespace()
	if err != nil {
		return schema.GroupVersionKind{}, workload.Ref{}, err
	}
	gvk, err := c.kindOf(wanted[0].kind)
	return gvk, workload.Ref{Kind: gvk.Kind, Namespace: namespace, Name: wanted[0].name}, err
}

// ExplainNotFound names the nearest of the names that are there.
func ExplainNotFound(ctx context.Context, in *cluster.Cluster, plural string, ref workload.Ref, cause error) error {
	c := finder{in}
	var e *cluster.Error
	if !errors.As(cause, &e) {
		return cause
	}
	e.Next = []string{"kubectl get " + plural + cluster.InFlag(ref.Namespace)}
	k, _ := builtinKind(plural)
	names := c.each(ctx, k.GroupVersion().WithResource(plural), ref.Namespace, metav1.ListOptions{Limit: cluster.MaxNames}, metav1.Object.GetName)
	if names == nil {
		return e
	}
	if typed, err := c.Typed(); err == nil && len(names) == 0 && ref.Namespace != "" {
		if missing := cluster.NamespaceMissing(ctx, typed, ref.Namespace); missing != nil {
			return missing
		}
	}
	return e.Suggest(ref.Name, names, "there are")
}

// ResourceOf is how the API serves a built-in kind of controller.
func ResourceOf(apiVersion, name string) (schema.GroupVersionResource, bool) {
	for _, k := range builtinKinds() {
		if k.Kind == name && k.GroupVersion().String() == apiVersion {
			return k.GroupVersion().WithResource(k.plural), true
		}
	}
	return schema.GroupVersionResource{}, false
}

// ResourceNamed is how the API serves a built-in kind, by any of kubectl's names for it.
func ResourceNamed(word string) (schema.GroupVersionResource, bool) {
	k, known := builtinKind(word)
	return k.GroupVersion().WithResource(k.plural), known
}

// BuiltinKind is the kind that a TYPE of the command line names, and the plural of its resource, if the server need not be
// asked for it.
func BuiltinKind(typ string) (gvk schema.GroupVersionKind, plural string, known bool) {
	k, known := builtinKind(typ)
	return k.GroupVersionKind, k.plural, known
}

// IsKind tells whether a word is a name of a built-in kind.
func IsKind(word string) bool {
	_, known := builtinKind(word)
	return known
}
