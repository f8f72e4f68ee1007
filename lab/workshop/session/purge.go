package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/metadata"
	"k8s.io/utils/ptr"
)

// purge deletes all objects of the namespace and waits until they are gone. Its pods get no time to stop.
func (s *Session) purge(ctx context.Context, namespace string) error {
	if err := s.own(ctx, namespace); err != nil {
		return err
	}
	resources, err := s.deletable()
	if err != nil {
		return fmt.Errorf("namespace %s: %w", namespace, err)
	}
	client, err := metadata.NewForConfig(s.config)
	if err != nil {
		return err
	}
	options := metav1.DeleteOptions{PropagationPolicy: ptr.To(metav1.DeletePropagationBackground), GracePeriodSeconds: ptr.To[int64](0)}
	return s.await(ctx, "objects of namespace "+namespace+" are still being deleted", func(ctx context.Context) (bool, error) {
		gone := true
		for _, resource := range resources {
			objects := client.Resource(resource).Namespace(namespace)
			list, err := objects.List(ctx, metav1.ListOptions{})
			if absent(err) {
				continue
			}
			if err != nil {
				return false, fmt.Errorf("namespace %s: %s: %w", namespace, resource.Resource, err)
			}
			for i := range list.Items {
				o := &list.Items[i]
				if provided(resource.Resource, o.Name) {
					continue
				}
				gone = gone && resource.Resource == "events"
				if o.DeletionTimestamp != nil && resource.Resource != "pods" {
					continue
				}
				if err := objects.Delete(ctx, o.Name, options); err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
					return false, fmt.Errorf("namespace %s: %s/%s: %w", namespace, resource.Resource, o.Name, err)
				}
			}
		}
		return gone, nil
	})
}

// absent: a resource that can't be listed has nothing to delete, for example one of an API server that is gone.
func absent(err error) bool {
	return apierrors.IsNotFound(err) || apierrors.IsMethodNotSupported(err) || apierrors.IsServiceUnavailable(err) || apierrors.IsForbidden(err)
}

// provided tells what each namespace has by itself.
func provided(resource, name string) bool {
	return resource == "serviceaccounts" && name == "default" || resource == "configmaps" && name == "kube-root-ca.crt"
}

// deletable are the resources that a namespace may hold, the pods last: what makes them goes first.
func (s *Session) deletable() ([]schema.GroupVersionResource, error) {
	lists, err := s.client.Discovery().ServerPreferredNamespacedResources()
	var partial *discovery.ErrGroupDiscoveryFailed
	if err != nil && !errors.As(err, &partial) {
		return nil, err
	}
	var all []schema.GroupVersionResource
	for _, list := range lists {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			return nil, err
		}
		for _, r := range list.APIResources {
			if r.Name == "endpoints" || r.Name == "endpointslices" || !slices.Contains(r.Verbs, "delete") || !slices.Contains(r.Verbs, "list") {
				continue
			}
			all = append(all, version.WithResource(r.Name))
		}
	}
	slices.SortStableFunc(all, func(a, b schema.GroupVersionResource) int { return rank(a) - rank(b) })
	return slices.CompactFunc(all, func(a, b schema.GroupVersionResource) bool { return a == b }), nil
}

func rank(r schema.GroupVersionResource) int {
	switch r.Resource {
	case "pods":
		return 1
	case "events":
		return 2
	default:
		return 0
	}
}
