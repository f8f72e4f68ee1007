package resolve

import (
	"context"
	"errors"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

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
	return c.each(ctx, resourceOf(kind), namespace, metav1.ListOptions{Limit: cluster.MaxNames}, metav1.Object.GetName)
}

func (c finder) namespacesOf(ctx context.Context, kind *workload.Kind, name string) []string {
	return c.each(ctx, resourceOf(kind), "", metav1.ListOptions{Limit: 5, FieldSelector: "metadata.name=" + name}, metav1.Object.GetNamespace)
}

func resourceOf(kind *workload.Kind) schema.GroupVersionResource {
	return kind.GroupVersion().WithResource(kind.Plural)
}

// each reads a field of the metadata of objects, of no more than the limit; nil where they may not be read.
func (c finder) each(ctx context.Context, of schema.GroupVersionResource, namespace string, o metav1.ListOptions, field func(metav1.Object) string) []string {
	client, err := c.Metadata()
	if err != nil {
		return nil
	}
	list, err := client.Resource(of).Namespace(namespace).List(ctx, o)
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(list.Items))
	for i := range list.Items {
		names = append(names, field(&list.Items[i]))
	}
	return names
}
