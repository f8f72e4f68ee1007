package resolve

import (
	"context"
	"errors"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// explainNotFound finds out what a wrong name may have meant: another workload of the namespace, the
// same name in another one, or a namespace that does not exist. What can't be read is left out.
func (c finder) explainNotFound(ctx context.Context, ref workload.Ref, cause error) error {
	var e *cluster.Error
	client, err := c.Typed()
	if err != nil || !errors.As(cause, &e) {
		return cause
	}
	kind := workload.KindNamed(ref.Kind)
	e.Next = []string{"kubectl get " + kind.Plural + cluster.InFlag(ref.Namespace)}
	names := c.names(ctx, kind, ref.Namespace)
	if near := workload.Nearest(ref.Name, names); near != "" {
		return e.SuggestNearest(ref.Name, names)
	}
	if len(names) == 0 {
		if missing := cluster.NamespaceMissing(ctx, client, ref.Namespace); missing != nil {
			return missing
		}
	}
	if elsewhere := c.namespacesOf(ctx, kind, ref.Name); len(elsewhere) > 0 {
		e.Message += fmt.Sprintf("; there is one in namespace %s", cluster.Quoted(elsewhere))
		e.Next = []string{fmt.Sprintf("kubectl get %s %s -n %s", kind.Singular(), ref.Name, elsewhere[0])}
		return e
	}
	return e.Suggest(ref.Name, names, "the namespace has")
}

// explainNothing is for a selector, or --all, that matches no workload of the kinds of refs.
func (c finder) explainNothing(ctx context.Context, refs []workload.Ref, selector string) error {
	namespace := refs[0].Namespace
	client, err := c.Typed()
	if err != nil {
		return err
	}
	if missing := cluster.NamespaceMissing(ctx, client, namespace); missing != nil {
		return missing
	}
	var plurals []string
	for _, ref := range refs {
		plurals = append(plurals, workload.KindNamed(ref.Kind).Plural)
	}
	return &cluster.Error{
		Reason:  cluster.NothingFound,
		Message: "no " + strings.Join(plurals, " or ") + cluster.InNamespace(namespace) + matching(selector),
		Next:    []string{"kubectl get " + strings.Join(plurals, ",") + " --show-labels" + cluster.InFlag(namespace)},
	}
}

func (c finder) names(ctx context.Context, kind *workload.Kind, namespace string) []string {
	return c.each(ctx, kind, namespace, metav1.ListOptions{Limit: cluster.MaxNames}, cluster.Object.GetName)
}

func (c finder) namespacesOf(ctx context.Context, kind *workload.Kind, name string) []string {
	return c.each(ctx, kind, "", metav1.ListOptions{Limit: 5, FieldSelector: "metadata.name=" + name}, cluster.Object.GetNamespace)
}

// each reads a field of the objects of a list; nil where they may not be read.
func (c finder) each(ctx context.Context, kind *workload.Kind, namespace string, o metav1.ListOptions, field func(cluster.Object) string) []string {
	list, err := c.List(ctx, kind, namespace, o)
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(list))
	for _, o := range list {
		names = append(names, field(o))
	}
	return names
}
