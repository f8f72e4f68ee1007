package cluster

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// content reads a Secret or ConfigMap.
func (c *Cluster) content(ctx context.Context, ref workload.Ref) (Content, error) {
	client, err := c.typed()
	if err != nil {
		return Content{}, err
	}
	found, err := read(ctx, func(ctx context.Context) (found Content, err error) {
		if ref.Kind == string(workload.SecretReference) {
			found.Secret, err = client.CoreV1().Secrets(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		} else {
			found.ConfigMap, err = client.CoreV1().ConfigMaps(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		}
		return found, err
	})
	if err != nil {
		return Content{}, apiError(call{"get", lower(ref.Kind) + "s", ref.Namespace, ref.String()}, err)
	}
	if found.Secret != nil {
		c.redactor.Secret(found.Secret.Data)
	}
	return found.typed(), nil
}

// readContent reads the object of that kind and name; one that is not there is no error.
func (c *Cluster) readContent(ctx context.Context, want Content) (Content, error) {
	found, err := c.content(ctx, want.Ref())
	if is(err, NotFound) {
		return Content{}, nil
	}
	return found, err
}

// sizes are those of the values in bytes, by key.
func (c Content) sizes() map[string]int {
	sizes := map[string]int{}
	for key, value := range c.Data() {
		sizes[key] = len(value)
	}
	return sizes
}
