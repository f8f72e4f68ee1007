package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ParseEnvSource reads --from: TYPE/NAME of a Secret or a ConfigMap, by any of kubectl's names for the
// type. The namespace is left open. The error is an *ArgumentError.
func ParseEnvSource(text string) (rollout.EnvSource, error) {
	kind, name, _ := strings.Cut(text, "/")
	k, known := builtinKind(kind)
	source := rollout.EnvSource{Kind: workload.ReferenceKind(k.Kind), Name: name}
	isSource := source.Kind == workload.SecretReference || source.Kind == workload.ConfigMapReference
	if !known || !isSource || name == "" || strings.Contains(name, "/") {
		return rollout.EnvSource{}, &ArgumentError{"--from takes secret/NAME or configmap/NAME, and " + text + " is neither"}
	}
	return source, nil
}

// EnvKeys names the keys of a Secret or ConfigMap that a variable can take its value from, sorted; never
// nil without an error. unfit says of some why no variable can hold the value; the values are dropped here. If there
// is no such object, the error is a *rollout.EnvSourceError.
func (c *Cluster) EnvKeys(ctx context.Context, from rollout.EnvSource) (keys []string, unfit map[string]string, err error) {
	found, err := c.content(ctx, referent{from.Namespace, from.Kind, from.Name}.ref())
	switch {
	case is(err, NotFound):
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
func (c *Cluster) noSource(ctx context.Context, from rollout.EnvSource) error {
	e := &rollout.EnvSourceError{
		Source: from, Message: fmt.Sprintf("%s does not exist in namespace %q, but --from refers to it", from, from.Namespace),
	}
	client, err := c.metadata()
	if err != nil {
		return err
	}
	resource := corev1.SchemeGroupVersion.WithResource(referent{kind: from.Kind}.resource())
	list, err := client.Resource(resource).Namespace(from.Namespace).List(ctx, metav1.ListOptions{Limit: maxNames})
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
