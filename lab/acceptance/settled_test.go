package acceptance

import (
	"context"
	"fmt"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

func settled(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: settled NAME")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ts.Check(of(ts).settle(ctx, args[0]))
}

// settle waits until a Deployment is complete, by kubectl's rule, and its old pods are gone: from then
// on nobody writes its status.
func (s *story) settle(ctx context.Context, name string) error {
	began := time.Now()
	deployments := s.client.AppsV1().Deployments(s.namespace)
	this := fields.OneTermEqualSelector("metadata.name", name).String()
	source := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.FieldSelector = this
			return deployments.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.FieldSelector = this
			return deployments.Watch(ctx, o)
		},
	}
	_, err := watchtools.UntilWithSync(ctx, source, &appsv1.Deployment{}, nil, func(e watch.Event) (bool, error) {
		d, ok := e.Object.(*appsv1.Deployment)
		return ok && complete(d), nil
	})
	if err != nil {
		return fmt.Errorf("deployment/%s is not complete after %.0f s: %w", name, time.Since(began).Seconds(), err)
	}
	return nil
}

func complete(d *appsv1.Deployment) bool {
	want := *d.Spec.Replicas
	if t := d.Status.TerminatingReplicas; t != nil && *t > 0 {
		return false
	}
	return d.Status.ObservedGeneration >= d.Generation &&
		d.Status.UpdatedReplicas == want && d.Status.Replicas == want && d.Status.AvailableReplicas == want
}
