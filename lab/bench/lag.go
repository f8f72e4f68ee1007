package main

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
)

// lag is the time from the moment at which the status is complete to the end of the process.
func (b *bench) lag(ctx context.Context) ([]row, error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	const name, workload = "awaited", "deployment/awaited"
	if err := s.deploy(ctx, name, 3); err != nil {
		return nil, err
	}
	kubectl, app, err := b.pair(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	r := row{what: "from a complete status to the exit", unit: seconds, goal: below(0.050)}
	both := costs{}
	for i := range b.rollouts {
		own, behind, err := s.behind(ctx, name, func() (cost, error) {
			return kubectl.release(ctx, workload, phrase("web:2.%d", i))
		})
		if err != nil {
			return nil, err
		}
		r.kubectl.add(behind)
		ours, behind, err := s.behind(ctx, name, func() (cost, error) {
			return app.run(ctx, "set", "image", workload, phrase("web=web:3.%d", i), "--soak=0")
		})
		if err != nil {
			return nil, err
		}
		r.app.add(behind)
		both.kubectl, both.app = append(both.kubectl, own), append(both.app, ours)
	}
	return []row{
		r,
		both.row("a release of 3 pods: CPU", seconds, cpu, goal{}),
		both.row("a release of 3 pods: peak memory", megabytes, memory, goal{}),
	}, nil
}

// behind runs a release and returns by how many seconds its end came after that of the rollout.
func (s *stage) behind(ctx context.Context, name string, release func() (cost, error)) (took cost, seconds float64, err error) {
	before, err := s.get(ctx, name)
	if err != nil {
		return cost{}, 0, err
	}
	// Whatever goes wrong, the observer ends with this rollout.
	watching, stop := context.WithCancel(ctx)
	defer stop()
	done, err := s.observeDeployment(watching, before, func(d *appsv1.Deployment) bool {
		return d.Generation > before.Generation && complete(d)
	})
	if err != nil {
		return cost{}, 0, err
	}
	if took, err = release(); err != nil {
		return cost{}, 0, err
	}
	at, err := done.wait(ctx)
	return took, took.end.Sub(at).Seconds(), err
}
