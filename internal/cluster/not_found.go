package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// MaxNames bounds what is read for the sake of a better error message.
const MaxNames = 500

// explainNotFound finds out what a wrong name may have meant: another workload of the namespace, the
// same name in another one, or a namespace that does not exist. What can't be read is left out.
func (c *Cluster) explainNotFound(ctx context.Context, ref workload.Ref, cause error) error {
	var e *Error
	client, err := c.typed()
	if err != nil || !errors.As(cause, &e) {
		return cause
	}
	kind := workload.KindNamed(ref.Kind)
	e.Next = []string{"kubectl get " + kind.Plural + InFlag(ref.Namespace)}
	names := c.names(ctx, kind, ref.Namespace)
	if near := workload.Nearest(ref.Name, names); near != "" {
		return e.suggestOnly(ref.Name, names)
	}
	if len(names) == 0 {
		if missing := NamespaceMissing(ctx, client, ref.Namespace); missing != nil {
			return missing
		}
	}
	if elsewhere := c.namespacesOf(ctx, kind, ref.Name); len(elsewhere) > 0 {
		e.Message += fmt.Sprintf("; there is one in namespace %s", quoted(elsewhere))
		e.Next = []string{fmt.Sprintf("kubectl get %s %s -n %s", kind.Singular(), ref.Name, elsewhere[0])}
		return e
	}
	return e.Suggest(ref.Name, names, "the namespace has")
}

// explainNothing is for a selector, or --all, that matches no workload of the kinds of refs.
func (c *Cluster) explainNothing(ctx context.Context, refs []workload.Ref, selector string) error {
	namespace := refs[0].Namespace
	client, err := c.typed()
	if err != nil {
		return err
	}
	if missing := NamespaceMissing(ctx, client, namespace); missing != nil {
		return missing
	}
	var plurals []string
	for _, ref := range refs {
		plurals = append(plurals, workload.KindNamed(ref.Kind).Plural)
	}
	return &Error{
		Reason:  NothingFound,
		Message: "no " + strings.Join(plurals, " or ") + InNamespace(namespace) + matching(selector),
		Next:    []string{"kubectl get " + strings.Join(plurals, ",") + " --show-labels" + InFlag(namespace)},
	}
}

func (c *Cluster) names(ctx context.Context, kind *workload.Kind, namespace string) []string {
	return c.each(ctx, kind, namespace, metav1.ListOptions{Limit: MaxNames}, workload.API.GetName)
}

func (c *Cluster) namespacesOf(ctx context.Context, kind *workload.Kind, name string) []string {
	return c.each(ctx, kind, "", metav1.ListOptions{Limit: 5, FieldSelector: "metadata.name=" + name}, workload.API.GetNamespace)
}

// each reads a field of the objects of a list; nil where they may not be read.
func (c *Cluster) each(ctx context.Context, kind *workload.Kind, namespace string, o metav1.ListOptions, field func(workload.API) string) []string {
	list, err := c.listObjects(ctx, &kind.Resource, namespace, o)
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(list))
	for _, o := range list {
		names = append(names, field(o))
	}
	return names
}

// CheckNamespace fails if the namespace is known not to exist.
func (c *Cluster) CheckNamespace(ctx context.Context, name string) error {
	client, err := c.typed()
	if err != nil {
		return err
	}
	return NamespaceMissing(ctx, client, name)
}

// NamespaceMissing returns the error for a namespace that does not exist, or nil.
func NamespaceMissing(ctx context.Context, client kubernetes.Interface, name string) error {
	_, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
	if !apierrors.IsNotFound(err) {
		return nil
	}
	e := &Error{
		Reason: NoNamespace, Object: "namespace/" + name, Err: err,
		Message: fmt.Sprintf("no namespace %q", name), Next: []string{"kubectl get namespaces"},
	}
	list, listErr := client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{Limit: MaxNames})
	if listErr != nil {
		return e
	}
	var names []string
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	return e.Suggest(name, names, "there are")
}
