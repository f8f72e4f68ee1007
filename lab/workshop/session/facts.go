package session

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
)

// Facts reads what the checks of an exercise need to know of its namespace.
func (s *Session) Facts(ctx context.Context, namespace string, p *check.Program) (check.Facts, error) {
	f := check.Facts{
		Namespace: namespace, Objects: map[string][]unstructured.Unstructured{},
		Answers: map[check.Request]check.Answer{}, Allowed: map[check.Access]bool{},
	}
	lists, err := lists(ctx, s.reader, namespace)
	if err != nil {
		return f, err
	}
	for i, resource := range check.Resources {
		f.Objects[resource.Resource] = lists[i]
	}
	for _, r := range p.Requests() {
		f.Answers[r] = s.request(ctx, &f, r)
	}
	for _, a := range p.Access() {
		if f.Allowed[a], err = s.allowed(ctx, namespace, a); err != nil {
			return f, err
		}
	}
	return f, nil
}

// lists reads all resources side by side, in their order.
func lists(ctx context.Context, client dynamic.Interface, namespace string) ([][]unstructured.Unstructured, error) {
	all := make([][]unstructured.Unstructured, len(check.Resources))
	group, ctx := errgroup.WithContext(ctx)
	for i, resource := range check.Resources {
		group.Go(func() error {
			list, err := client.Resource(resource).Namespace(namespace).List(ctx, metav1.ListOptions{})
			if apierrors.IsNotFound(err) { // an old API server
				return nil
			}
			if err != nil {
				return fmt.Errorf("namespace %s: %w", namespace, err)
			}
			all[i] = list.Items
			return nil
		})
	}
	return all, group.Wait()
}
