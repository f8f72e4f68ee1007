package config

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

type referrer struct{ path, resource, kind string }

// referrers are the resources whose objects keep what they mention: workloads, their revisions that an undo can
// bring back, other kinds with pods, and the users of a Secret that are no pods.
func referrers() []referrer {
	all := []referrer{
		{"/api/v1", "podtemplates", "PodTemplate"},
		{"/api/v1", "serviceaccounts", "ServiceAccount"},
		{"/apis/networking.k8s.io/v1", "ingresses", "Ingress"},
	}
	add := func(r workload.Resource) {
		if !slices.ContainsFunc(all, func(m referrer) bool { return m.kind == r.Kind }) {
			path := "/apis/" + r.GroupVersion().String()
			if r.Group == "" {
				path = "/api/" + r.Version
			}
			all = append(all, referrer{path, r.Plural, r.Kind})
		}
	}
	for _, k := range workload.Kinds() {
		add(k.Resource)
		if k.History != nil {
			add(k.History.Resource)
		}
	}
	return all
}

// Versions lists the Secrets or ConfigMaps (kind) that this program has generated in a namespace. Only
// metadata is read, so that no value travels.
func (c Client) Versions(ctx context.Context, namespace, kind string) ([]consumers.Version, error) {
	client, err := c.Metadata()
	if err != nil {
		return nil, err
	}
	resource := strings.ToLower(kind) + "s"
	var all []consumers.Version
	objects := client.Resource(corev1.SchemeGroupVersion.WithResource(resource)).Namespace(namespace)
	err = cluster.Pages(ctx, metav1.ListOptions{}, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return objects.List(ctx, o)
	}, func(page runtime.Object) error {
		list, ok := page.(*metav1.PartialObjectMetadataList)
		if !ok {
			return fmt.Errorf("the server answered with a %T", page)
		}
		for i := range list.Items {
			if g, ours := consumers.VersionOf(kind, &list.Items[i].ObjectMeta); ours {
				all = append(all, g)
			}
		}
		return nil
	})
	return all, cluster.APIError(cluster.Call{Verb: "list", Resource: resource, Namespace: namespace, Object: resource}, err)
}

// Mentions looks in everything of the namespace that may use the objects. It has to see all of it: an
// object of which that is not known can't be deleted.
func (c Client) Mentions(ctx context.Context, namespace string, of []consumers.Version) (*consumers.Mentions, error) {
	mentions := consumers.NewMentions(of)
	if len(of) == 0 {
		return mentions, nil
	}
	var mu sync.Mutex
	_, err := cluster.Each(ctx, referrers(), func(ctx context.Context, m referrer) (struct{}, error) {
		call := cluster.Call{Verb: "list", Resource: m.resource, Namespace: namespace, Object: m.resource}
		return struct{}{}, c.RawPages(ctx, m.path+"/namespaces/"+namespace+"/"+m.resource, call, func(object []byte) {
			mu.Lock()
			defer mu.Unlock()
			mentions.Scan(m.kind, object)
		})
	})
	return mentions, err
}

// DeleteVersion deletes one, if it is still the one that was looked at; dryRun asks the server only
// whether it would.
func (c Client) DeleteVersion(ctx context.Context, g consumers.Version, dryRun bool) error {
	client, err := c.Metadata()
	if err != nil {
		return err
	}
	uid := types.UID(g.UID)
	options := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid, ResourceVersion: &g.ResourceVersion}}
	if dryRun {
		options.DryRun = []string{metav1.DryRunAll}
	}
	resource := strings.ToLower(g.Kind) + "s"
	err = client.Resource(corev1.SchemeGroupVersion.WithResource(resource)).Namespace(g.Namespace).Delete(ctx, g.Name, options)
	return cluster.APIError(cluster.Call{Verb: "delete", Resource: resource, Namespace: g.Namespace, Object: g.String()}, err)
}
