package main

import (
	"context"
	"errors"

	"github.com/kubectl-app/kubectl-app/lab/acceptance/faultproxy"
)

// requests counts what the release of one Deployment asks of the API server, with nothing cached.
func (b *bench) requests(ctx context.Context) (_ []row, err error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.deploy(ctx, "counted", 3); err != nil {
		return nil, err
	}
	proxy, kubeconfig, err := s.counted()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, proxy.Close()) }()
	r := row{what: "requests for a release of one Deployment", unit: count, goal: atMost(14)}
	for i := range b.rollouts {
		kubectl, app, err := b.pair(kubeconfig) // from a new home: cold
		if err != nil {
			return nil, err
		}
		proxy.Forget()
		if _, err := kubectl.release(ctx, "deployment/counted", phrase("web:2.%d", i)); err != nil {
			return nil, err
		}
		r.kubectl.add(float64(len(proxy.Seen(faultproxy.Pattern{}))))
		proxy.Forget()
		if _, err := app.run(ctx, "set", "image", "deployment/counted", phrase("web=web:3.%d", i), "--soak=0"); err != nil {
			return nil, err
		}
		r.app.add(float64(len(proxy.Seen(faultproxy.Pattern{}))))
	}
	return []row{r}, nil
}

// countOnce counts the requests that each of the two makes once, with nothing cached.
func (b *bench) countOnce(s *stage, what string, own, ours func(program) error) (r row, err error) {
	proxy, kubeconfig, err := s.counted()
	if err != nil {
		return row{}, err
	}
	defer func() { err = errors.Join(err, proxy.Close()) }()
	kubectl, app, err := b.pair(kubeconfig)
	if err != nil {
		return row{}, err
	}
	r.what, r.unit = what, count
	if err := own(kubectl); err != nil {
		return r, err
	}
	r.kubectl.add(float64(len(proxy.Seen(faultproxy.Pattern{}))))
	proxy.Forget()
	if err := ours(app); err != nil {
		return r, err
	}
	r.app.add(float64(len(proxy.Seen(faultproxy.Pattern{}))))
	return r, nil
}

// release does with kubectl what the plugin does in one command.
func (p program) release(ctx context.Context, workload, image string) (cost, error) {
	set, err := p.run(ctx, "set", "image", workload, "web="+image)
	if err != nil {
		return cost{}, err
	}
	watched, err := p.run(ctx, "rollout", "status", workload)
	return set.plus(watched), err
}
