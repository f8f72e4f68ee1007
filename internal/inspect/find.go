package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// findable are the types among which a name without one is looked for.
var findable = []string{"deployments", "statefulsets", "daemonsets", "jobs", "cronjobs", "pods"}

// Find returns the one object of a name as TYPE/NAME. Several of that name are an error that lists them for the verb. Those of
// the preferred types count first.
func (i *Inspector) Find(ctx context.Context, verb, name string, preferred ...string) ([]string, error) {
	client, err := i.cluster.Metadata()
	if err != nil {
		return nil, err
	}
	namespace, _, err := i.cluster.Namespace()
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var unread []error
	found, err := cluster.Each(ctx, findable, func(ctx context.Context, plural string) (string, error) {
		resource, _ := resolve.ResourceNamed(plural)
		_, err := cluster.Read(ctx, func(ctx context.Context) (*metav1.PartialObjectMetadata, error) {
			return client.Resource(resource).Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
		})
		object := strings.TrimSuffix(plural, "s") + "/" + name
		err = cluster.APIError(cluster.Call{Verb: "get", Resource: plural, Namespace: namespace, Object: object}, err)
		switch {
		case cluster.Is(err, cluster.Forbidden):
			mu.Lock()
			defer mu.Unlock()
			unread = append(unread, err)
			return "", nil
		case cluster.Is(err, cluster.NotFound):
			return "", nil
		case err != nil:
			return "", err
		}
		return object, nil
	})
	if err != nil {
		return nil, err
	}
	var objects []string
	for _, object := range found {
		if object != "" {
			objects = append(objects, object)
		}
	}
	if better := slices.DeleteFunc(slices.Clone(objects), func(o string) bool {
		kind, _, _ := strings.Cut(o, "/")
		return !slices.Contains(preferred, kind+"s")
	}); len(better) > 0 {
		objects = better
	}
	switch {
	case len(objects) == 0 && len(unread) > 0: // it may be there
		return nil, slices.MinFunc(unread, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	case len(objects) == 0:
		return nil, &cluster.Error{
			Reason: cluster.NotFound, Object: name,
			Message: fmt.Sprintf("no workload, job or pod is named %s%s", redact.ArgumentOr(name, "that"), cluster.InNamespace(namespace)),
			Next:    []string{"kubectl get deployments,statefulsets,daemonsets,jobs,cronjobs,pods" + cluster.InFlag(namespace)},
		}
	case len(objects) == 1:
		return objects, nil
	}
	several := &cluster.Error{
		Reason: cluster.NothingFound, Object: name,
		Message: fmt.Sprintf("%q is the name of several objects%s: %s", name, cluster.InNamespace(namespace), strings.Join(objects, ", ")),
	}
	for _, object := range objects {
		several.Next = append(several.Next, "kubectl app "+verb+" "+object+cluster.InFlag(namespace))
	}
	return nil, several
}
