// Package bootstrap brings a started control plane to where an app can run.
package bootstrap

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	watchtools "k8s.io/client-go/tools/watch"
)

// Await returns when pods can be created and scheduled: the nodes are Ready and
// without taints, and namespace default has its default ServiceAccount.
func Await(ctx context.Context, kubeconfig string, nodes int) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	core := client.CoreV1().RESTClient()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		ready := map[string]bool{}
		list := cache.NewListWatchFromClient(core, "nodes", "", fields.Everything())
		_, err := watchtools.UntilWithSync(ctx, list, &corev1.Node{}, nil, func(event watch.Event) (bool, error) {
			if node, ok := event.Object.(*corev1.Node); ok && schedulable(node) {
				ready[node.Name] = true
			}
			return len(ready) >= nodes, nil
		})
		if err != nil {
			return fmt.Errorf("waiting for %d schedulable nodes, %d are: %w", nodes, len(ready), err)
		}
		return nil
	})
	group.Go(func() error {
		name := fields.OneTermEqualSelector("metadata.name", "default")
		list := cache.NewListWatchFromClient(core, "serviceaccounts", "default", name)
		_, err := watchtools.UntilWithSync(ctx, list, &corev1.ServiceAccount{}, nil, func(watch.Event) (bool, error) {
			return true, nil
		})
		if err != nil {
			return fmt.Errorf("waiting for the ServiceAccount of namespace default: %w", err)
		}
		return nil
	})
	return group.Wait()
}

func schedulable(node *corev1.Node) bool {
	if node.Spec.Unschedulable || len(node.Spec.Taints) > 0 {
		return false
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
