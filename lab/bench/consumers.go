package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

// crowd is a namespace of very many workloads.
const crowd = "crowd"

// userKinds is what kubectl would list to find out who uses a Secret: the looking is left to its user.
const userKinds = "deployments,statefulsets,daemonsets,replicasets,cronjobs,jobs,pods,ingresses,serviceaccounts"

// consumers searches a namespace of many workloads for those that use one Secret.
func (b *bench) consumers(ctx context.Context) (_ []row, err error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	b.say("making %d workloads", b.workloads)
	if err := s.fillCrowd(ctx, b.workloads); err != nil {
		return nil, err
	}
	return b.compare(s, comparison{
		what: phrase("consumers of a Secret among %d workloads: ", b.workloads),
		kubectl: func(kubectl program) (cost, error) {
			return kubectl.run(ctx, "get", userKinds, "-n", crowd, "-o", "json")
		},
		app:  func(app program) (cost, error) { return app.run(ctx, "status", "secret/db", "-n", crowd, "-o", "json") },
		time: below(2), memory: below(100e6),
	})
}

// fillCrowd makes the workloads, and returns when each that has pods has its one. Every fifth uses the
// Secret.
func (s *stage) fillCrowd(ctx context.Context, n int) error {
	if err := s.makeNamespace(ctx, crowd); err != nil {
		return err
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "db"}, StringData: map[string]string{"url": "postgres://db:5432/shop"}}
	if _, err := s.client.CoreV1().Secrets(crowd).Create(ctx, secret, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("making secret/db: %w", err)
	}
	if err := s.makeCrowd(ctx, crowd, n, func(int, *appsv1.Deployment) {}); err != nil {
		return err
	}
	return s.awaitPods(ctx, crowd, podsOfCrowd(n))
}

func (s *stage) makeNamespace(ctx context.Context, name string) error {
	home := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if _, err := s.client.CoreV1().Namespaces().Create(ctx, home, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("making namespace %s: %w", name, err)
	}
	return nil
}

// awaitPods returns when so many pods run.
func (s *stage) awaitPods(ctx context.Context, home string, n int) error {
	// So many pods at once can be too much for one watch: this one is taken up again.
	pods := cache.NewListWatchFromClient(s.client.CoreV1().RESTClient(), "pods", home, fields.Everything())
	if _, err := watchtools.UntilWithSync(ctx, pods, &corev1.Pod{}, nil, countRunning(n)); err != nil {
		return fmt.Errorf("waiting for the pods: %w", err)
	}
	return nil
}
