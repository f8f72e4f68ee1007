package config

import (
	"context"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// content reads a Secret or ConfigMap.
func (c Client) content(ctx context.Context, ref workload.Ref) (found Content, err error) {
	found.Secret, found.ConfigMap, err = c.SecretOrConfigMap(ctx, ref)
	if err != nil {
		return Content{}, err
	}
	return found.typed(), nil
}

// readContent reads the object of that kind and name; one that is not there is no error.
func (c Client) readContent(ctx context.Context, want Content) (Content, error) {
	found, err := c.content(ctx, want.Ref())
	if cluster.Is(err, cluster.NotFound) {
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
