package cluster

import (
	"context"
	"errors"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
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
	e.Next = []string{"kubectl get deployments" + InFlag(ref.Namespace)}
	names := deploymentNames(ctx, client, ref.Namespace)
	if near := workload.Nearest(ref.Name, names); near != "" {
		return e.suggestOnly(ref.Name, names)
	}
	if len(names) == 0 {
		if missing := NamespaceMissing(ctx, client, ref.Namespace); missing != nil {
			return missing
		}
	}
	if elsewhere := deploymentNamespaces(ctx, client, ref.Name); len(elsewhere) > 0 {
		e.Message += fmt.Sprintf("; there is one in namespace %s", quoted(elsewhere))
		e.Next = []string{fmt.Sprintf("kubectl get deployment %s -n %s", ref.Name, elsewhere[0])}
		return e
	}
	return e.Suggest(ref.Name, names, "the namespace has")
}

// explainNothing is for a selector, or --all, that matches no workload.
func (c *Cluster) explainNothing(ctx context.Context, namespace, selector string) error {
	client, err := c.typed()
	if err != nil {
		return err
	}
	if missing := NamespaceMissing(ctx, client, namespace); missing != nil {
		return missing
	}
	return &Error{
		Reason:  NothingFound,
		Message: "no deployments" + InNamespace(namespace) + matching(selector),
		Next:    []string{"kubectl get deployments --show-labels" + InFlag(namespace)},
	}
}

func deploymentNames(ctx context.Context, client kubernetes.Interface, namespace string) []string {
	list, err := client.AppsV1().Deployments(namespace).List(ctx, metav1.ListOptions{Limit: MaxNames})
	if err != nil {
		return nil
	}
	return namesOf(list, func(d *appsv1.Deployment) string { return d.Name })
}

func deploymentNamespaces(ctx context.Context, client kubernetes.Interface, name string) []string {
	list, err := client.AppsV1().Deployments("").List(ctx, metav1.ListOptions{Limit: 5, FieldSelector: "metadata.name=" + name})
	if err != nil {
		return nil
	}
	return namesOf(list, func(d *appsv1.Deployment) string { return d.Namespace })
}

func namesOf(list *appsv1.DeploymentList, name func(*appsv1.Deployment) string) []string {
	names := make([]string, 0, len(list.Items))
	for i := range list.Items {
		names = append(names, name(&list.Items[i]))
	}
	return names
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
