package cluster

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// MaxNames bounds what is read for the sake of a better error message.
const MaxNames = 500

// CheckNamespace fails if the namespace is known not to exist.
func (c *Cluster) CheckNamespace(ctx context.Context, name string) error {
	client, err := c.typed()
	if err != nil {
		return err
	}
	return NamespaceMissing(ctx, client, name)
}

// NamespaceLabels reads the labels of a namespace; nil without permission. One that does not exist is an error.
func (c *Cluster) NamespaceLabels(ctx context.Context, name string) (map[string]string, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	namespace, err := Read(ctx, func(ctx context.Context) (*corev1.Namespace, error) {
		return client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
	})
	if apierrors.IsNotFound(err) {
		return nil, NamespaceMissing(ctx, client, name)
	}
	if err = APIError(Call{"get", "namespaces", "", "namespace/" + name}, err); err != nil {
		if Is(err, Forbidden) {
			err = nil
		}
		return nil, err
	}
	return namespace.Labels, nil
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
