package main

import "context"

// startup is what each call costs before it does anything.
func (b *bench) startup(ctx context.Context) ([]row, error) {
	kubectl, app, err := b.pair("/dev/null")
	if err != nil {
		return nil, err
	}
	var direct, dispatched costs
	for range b.commands {
		own, err := kubectl.run(ctx, "version", "--client")
		if err != nil {
			return nil, err
		}
		ours, err := app.run(ctx, "version", "--client")
		if err != nil {
			return nil, err
		}
		through, err := kubectl.run(ctx, "app", "version", "--client")
		if err != nil {
			return nil, err
		}
		direct.kubectl, direct.app = append(direct.kubectl, own), append(direct.app, ours)
		dispatched.app = append(dispatched.app, through)
	}
	return []row{
		direct.row("start-up (version --client): time", seconds, wall, below(0.025)),
		direct.row("start-up: CPU", seconds, cpu, below(0.025)),
		dispatched.row("start-up as a plugin, kubectl's own included: time", seconds, wall, goal{}),
	}, nil
}
