package main

import (
	"context"
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// manyAutoscalers is how many a list has.
const manyAutoscalers = 500

// autoscale creates an autoscaler and removes it again, and lists many. kubectl autoscale only creates.
func (b *bench) autoscale(ctx context.Context) ([]row, error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	const name, workload = "autoscaled", "deployment/autoscaled"
	if err := s.deploy(ctx, name, 3); err != nil {
		return nil, err
	}
	rows, err := b.compare(s, comparison{
		what: "create and remove an autoscaler: ",
		kubectl: func(p program) (cost, error) {
			return p.both(ctx, []string{"autoscale", workload, "--max=5", "--cpu=50m"}, []string{"delete", "horizontalpodautoscaler", name})
		},
		app: func(p program) (cost, error) {
			return p.both(ctx, []string{"autoscale", workload, "--max=5", "--cpu=50m", "--wait=false"}, []string{"autoscale", workload, "--remove"})
		},
		requests: atMost(8),
	})
	if err != nil {
		return rows, err
	}
	list, err := b.listAutoscalers(ctx, s)
	return append(rows, list), err
}

// listAutoscalers lists many autoscalers, whose targets do not exist.
func (b *bench) listAutoscalers(ctx context.Context, s *stage) (row, error) {
	r := row{what: fmt.Sprintf("autoscale status of %d autoscalers: time", manyAutoscalers), unit: seconds, goal: below(2)}
	api := s.client.AutoscalingV2().HorizontalPodAutoscalers(namespace)
	for i := range manyAutoscalers {
		a := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("many-%d", i)}}
		a.Spec.MaxReplicas = 5
		a.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: a.Name}
		if _, err := api.Create(ctx, a, metav1.CreateOptions{}); err != nil {
			return r, fmt.Errorf("creating autoscaler %d: %w", i, err)
		}
	}
	kubectl, app, err := b.pair(s.kubeconfig)
	if err != nil {
		return r, err
	}
	for range b.commands {
		own, err := kubectl.run(ctx, "get", "horizontalpodautoscalers")
		if err != nil {
			return r, err
		}
		ours, err := app.run(ctx, "autoscale", "status", "--all")
		if err != nil {
			return r, err
		}
		r.kubectl.add(wall(own))
		r.app.add(wall(ours))
	}
	return r, api.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{})
}
