package main

import "context"

// A comparison is of two ways to do the same.
type comparison struct {
	what                   string
	kubectl, app           func(program) (cost, error)
	time, memory, requests goal
}

// compare runs both in turns, and counts the requests of each.
func (b *bench) compare(s *stage, c comparison) ([]row, error) {
	kubectl, app, err := b.pair(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	var both costs
	for range b.rollouts {
		own, err := c.kubectl(kubectl)
		if err != nil {
			return nil, err
		}
		ours, err := c.app(app)
		if err != nil {
			return nil, err
		}
		both.kubectl, both.app = append(both.kubectl, own), append(both.app, ours)
	}
	counted, err := b.countOnce(s, c)
	return []row{
		both.row(c.what+"time", seconds, wall, c.time),
		both.row(c.what+"CPU", seconds, cpu, goal{}),
		both.row(c.what+"peak memory", megabytes, memory, c.memory),
		counted,
	}, err
}

// both runs two commands, one after the other.
func (p program) both(ctx context.Context, first, second []string) (cost, error) {
	a, err := p.run(ctx, first...)
	if err != nil {
		return a, err
	}
	b, err := p.run(ctx, second...)
	return a.plus(b), err
}
