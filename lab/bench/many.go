package main

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
)

// shop is the label of all Deployments that are released as one.
const shop = "bench=shop"

// many releases a set of Deployments as one. Requests are counted in a release of their own, since the
// proxy that counts is slower than the API server's own connection.
func (b *bench) many(ctx context.Context) (_ []row, err error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.fillShop(ctx, b.deployments); err != nil {
		return nil, err
	}
	kubectl, app, err := b.pair(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	var both costs
	for i := range b.releases {
		own, ours, err := releaseBoth(ctx, kubectl, app, i)
		if err != nil {
			return nil, err
		}
		both.kubectl, both.app = append(both.kubectl, own), append(both.app, ours)
	}
	name := phrase("a release of %d Deployments: ", b.deployments)
	rows := []row{
		both.row(name+"time", seconds, wall, goal{}),
		both.row(name+"CPU", seconds, cpu, goal{}),
		both.row(name+"peak memory", megabytes, memory, goal{}),
	}
	counted, err := b.countOnce(s, comparison{
		what:    name,
		kubectl: func(kubectl program) (cost, error) { return kubectl.releaseShop(ctx, "web:4.0") },
		app: func(app program) (cost, error) {
			return app.run(ctx, "set", "image", "deployment", "-l", shop, "web=web:5.0", "--soak=0")
		},
	})
	return append(rows, counted), err
}

func releaseBoth(ctx context.Context, kubectl, app program, round int) (own, ours cost, err error) {
	if own, err = kubectl.releaseShop(ctx, phrase("web:2.%d", round)); err != nil {
		return own, ours, err
	}
	ours, err = app.run(ctx, "set", "image", "deployment", "-l", shop, phrase("web=web:3.%d", round), "--soak=0")
	return own, ours, err
}

func (p program) releaseShop(ctx context.Context, image string) (cost, error) {
	return p.both(ctx, []string{"set", "image", "deployment", "-l", shop, "web=" + image}, []string{"rollout", "status", "deployment", "-l", shop})
}

// fillShop makes the Deployments, of one pod each, and returns when all of them serve.
func (s *stage) fillShop(ctx context.Context, n int) error {
	deployments := s.client.AppsV1().Deployments(namespace)
	w, err := deployments.Watch(ctx, metav1.ListOptions{LabelSelector: shop})
	if err != nil {
		return fmt.Errorf("observing the Deployments: %w", err)
	}
	serving := map[string]bool{}
	all := observe(ctx, "the Deployments", w, func(e watch.Event) bool {
		if d, ok := e.Object.(*appsv1.Deployment); ok && complete(d) {
			serving[d.Name] = true
		}
		return len(serving) == n
	})
	making, failed := errgroup.WithContext(ctx)
	making.SetLimit(10)
	for i := range n {
		making.Go(func() error {
			d := deployment(fmt.Sprintf("shop-%03d", i), map[string]string{"bench": "shop"}, 1)
			_, err := deployments.Create(failed, d, metav1.CreateOptions{})
			return err
		})
	}
	if err := making.Wait(); err != nil {
		return fmt.Errorf("making the Deployments: %w", err)
	}
	_, err = all.wait(ctx)
	return err
}
