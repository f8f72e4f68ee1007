package main

import (
	"context"
	"fmt"
)

// scale adds a pod to a Deployment. kubectl scale returns at once, so that it needs rollout status to wait.
func (b *bench) scale(ctx context.Context) ([]row, error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	const name, workload = "scaled", "deployment/scaled"
	if err := s.deploy(ctx, name, 3); err != nil {
		return nil, err
	}
	kubectl, app, err := b.pair(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	replicas := 3
	more := func() []string {
		replicas++
		return []string{"scale", workload, fmt.Sprintf("--replicas=%d", replicas)}
	}
	byKubectl := func(p program) (cost, error) { return p.both(ctx, more(), []string{"rollout", "status", workload}) }
	byApp := func(p program) (cost, error) { return p.run(ctx, more()...) }
	r := row{what: "scale by one pod: from ready to the exit", unit: seconds, goal: below(0.050)}
	for range b.rollouts {
		_, behind, err := s.behind(ctx, name, func() (cost, error) { return byKubectl(kubectl) })
		if err != nil {
			return nil, err
		}
		r.kubectl.add(behind)
		if _, behind, err = s.behind(ctx, name, func() (cost, error) { return byApp(app) }); err != nil {
			return nil, err
		}
		r.app.add(behind)
	}
	requests, err := b.countOnce(s, comparison{what: "scale by one pod: ", kubectl: byKubectl, app: byApp, requests: atMost(8)})
	return []row{r, requests}, err
}
