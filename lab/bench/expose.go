package main

import (
	"context"
	"fmt"
)

// expose makes a Service for a Deployment. kubectl expose returns before anything answers, so that it needs kubectl wait.
func (b *bench) expose(ctx context.Context) ([]row, error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	const name, workload = "exposed", "deployment/exposed"
	if err := s.deploy(ctx, name, 3); err != nil {
		return nil, err
	}
	services := 0
	service := func() (name string, args []string) {
		services++
		name = fmt.Sprintf("exposed-%d", services)
		return name, []string{"expose", workload, "--name=" + name, "--port=80"}
	}
	return b.compare(s, comparison{
		what: "expose: ",
		kubectl: func(p program) (cost, error) {
			name, args := service()
			wait := []string{"wait", "endpointslice", "-l", "kubernetes.io/service-name=" + name, "--for=jsonpath={.endpoints[0].conditions.ready}=true", "--timeout=30s"}
			made, err := p.run(ctx, args...)
			if err != nil {
				return made, err
			}
			for { // kubectl wait fails while there is no object
				waited, err := p.run(ctx, wait...)
				if made = made.plus(waited); err == nil || ctx.Err() != nil {
					return made, err
				}
			}
		},
		app: func(p program) (cost, error) {
			_, args := service()
			return p.run(ctx, args...)
		},
		requests: atMost(8),
	})
}
