package cluster

import (
	"context"
	"fmt"

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
