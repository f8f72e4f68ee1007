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
func (b *bench) countOnce(s *stage, c comparison) (r row, err error) {
	proxy, kubeconfig, err := s.counted()
	if err != nil {
		return row{}, err
	}
	defer func() { err = errors.Join(err, proxy.Close()) }()
	kubectl, app, err := b.pair(kubeconfig)
	if err != nil {
		return row{}, err
	}
	r.what, r.unit, r.goal = c.what+"requests", count, c.requests
	if _, err := c.kubectl(kubectl); err != nil {
		return r, err
	}
	r.kubectl.add(float64(len(proxy.Seen(faultproxy.Pattern{}))))
	proxy.Forget()
	if _, err := c.app(app); err != nil {
		return r, err
	}
	r.app.add(float64(len(proxy.Seen(faultproxy.Pattern{}))))
	return r, nil
}

// release does with kubectl what the plugin does in one command.
func (p program) release(ctx context.Context, workload, image string) (cost, error) {
	return p.both(ctx, []string{"set", "image", workload, "web=" + image}, []string{"rollout", "status", workload})
}
