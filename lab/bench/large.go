package main

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
)

// large watches one rollout of very many pods with both programs at once: it is long, and the same for
// both only if it is the same one.
func (b *bench) large(ctx context.Context) ([]row, error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	const name, workload = "large", "deployment/large"
	b.say("making %d pods", b.pods)
	if err := s.deploy(ctx, name, b.pods); err != nil {
		return nil, err
	}
	kubectl, app, err := b.pair(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	before, err := s.get(ctx, name)
	if err != nil {
		return nil, err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	written, err := s.observeDeployment(watching, before, func(d *appsv1.Deployment) bool { return d.Generation > before.Generation })
	if err != nil {
		return nil, err
	}
	done, err := s.observeDeployment(watching, before, func(d *appsv1.Deployment) bool {
		return d.Generation > before.Generation && complete(d)
	})
	if err != nil {
		return nil, err
	}
	b.say("replacing %d pods", b.pods)
	ours, err := app.start(watching, nil, "set", "image", workload, "web=web:2.0", "--soak=0")
	if err != nil {
		return nil, err
	}
	// Before the write kubectl would judge the rollout that is over.
	if _, err := written.wait(ctx); err != nil {
		return nil, err
	}
	own, err := kubectl.start(watching, nil, "rollout", "status", workload)
	if err != nil {
		return nil, err
	}
	var both costs
	owned, err := own.wait(0)
	if err != nil {
		return nil, err
	}
	took, err := ours.wait(0)
	if err != nil {
		return nil, err
	}
	at, err := done.wait(ctx)
	if err != nil {
		return nil, err
	}
	both.kubectl, both.app = []cost{owned}, []cost{took}
	title := phrase("a rollout of %d pods, watched: ", b.pods)
	return []row{
		both.row(title+"peak memory", megabytes, memory, below(80e6)),
		both.row(title+"CPU", seconds, cpu, goal{}),
		both.row(title+"time", seconds, wall, goal{}),
		both.row(title+"from a complete status to the exit", seconds, func(c cost) float64 { return c.end.Sub(at).Seconds() }, goal{}),
	}, nil
}
