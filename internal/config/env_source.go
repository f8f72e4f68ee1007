package config

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// EnvKeys names the keys of a Secret or ConfigMap that a variable can take its value from, sorted; never
// nil without an error. unfit says of some why no variable can hold the value; the values are dropped here. If there
// is no such object, the error is a *rollout.EnvSourceError.
func (c Client) EnvKeys(ctx context.Context, from rollout.EnvSource) (keys []string, unfit map[string]string, err error) {
	found, err := c.object(ctx, workload.Ref{Kind: string(from.Kind), Namespace: from.Namespace, Name: from.Name})
	switch {
	case cluster.Is(err, cluster.NotFound):
		return nil, nil, c.noSource(ctx, from)
	case err != nil:
		return nil, nil, err
	}
	keys, unfit = []string{}, map[string]string{}
	for key, value := range found.Data() {
		if found.ConfigMap != nil {
			if _, binary := found.ConfigMap.BinaryData[key]; binary {
				continue
			}
		}
		keys, unfit[key] = append(keys, key), secrets.NoVariable(value)
	}
	slices.Sort(keys)
	return keys, unfit, nil
}

// noSource finds the nearest name, as far as the names may be read.
func (c Client) noSource(ctx context.Context, from rollout.EnvSource) error {
	e := &rollout.EnvSourceError{
		Source: from, Missing: true, Message: fmt.Sprintf("%s does not exist in namespace %q, but --from refers to it", from, from.Namespace),
	}
	client, err := c.Metadata()
	if err != nil {
		return err
	}
	resource := corev1.SchemeGroupVersion.WithResource(strings.ToLower(string(from.Kind)) + "s")
	list, err := client.Resource(resource).Namespace(from.Namespace).List(ctx, metav1.ListOptions{Limit: cluster.MaxNames})
	if err != nil {
		return e // it does not exist, whatever else can't be read
	}
	names := make([]string, 0, len(list.Items))
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	if near := workload.Nearest(from.Name, names); near != "" {
		e.Message += fmt.Sprintf("; did you mean %q?", near)
	}
	return e
}
