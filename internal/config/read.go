package config

import (
	"context"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// object reads a Secret or ConfigMap.
func (c Client) object(ctx context.Context, ref workload.Ref) (found Object, err error) {
	found.Secret, found.ConfigMap, err = c.SecretOrConfigMap(ctx, ref)
	if err != nil {
		return Object{}, err
	}
	return found.typed(), nil
}

// readObject reads the object of that kind and name; one that is not there is no error.
func (c Client) readObject(ctx context.Context, want Object) (Object, error) {
	found, err := c.object(ctx, want.Ref())
	if cluster.Is(err, cluster.NotFound) {
		return Object{}, nil
	}
	return found, err
}

// sizes are those of the values in bytes, by key.
func (c Object) sizes() map[string]int {
	sizes := map[string]int{}
	for key, value := range c.Data() {
		sizes[key] = len(value)
	}
	return sizes
}
