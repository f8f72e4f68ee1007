package main

import "context"

// dryRun is the time until a change is known to be acceptable. kubectl asks the API server whether it
// accepts the object; the plugin makes its whole preflight.
func (b *bench) dryRun(ctx context.Context) ([]row, error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.deploy(ctx, "tried", 3); err != nil {
		return nil, err
	}
	kubectl, app, err := b.pair(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	args := []string{"set", "image", "deployment/tried", "web=web:2.0", "--dry-run=server"}
	var both costs
	for i := range b.commands + 1 {
		own, err := kubectl.run(ctx, args...)
		if err != nil {
			return nil, err
		}
		ours, err := app.run(ctx, args...)
		if err != nil {
			return nil, err
		}
		if i > 0 { // the first fills kubectl's discovery cache
			both.kubectl, both.app = append(both.kubectl, own), append(both.app, ours)
		}
	}
	return []row{
		both.row("set image --dry-run=server: time", seconds, wall, goal{}),
		both.row("set image --dry-run=server: CPU", seconds, cpu, goal{}),
	}, nil
}
