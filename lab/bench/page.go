package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/txtar"
)

const (
	// surrounded is the namespace of an app with all around it, which is that of a script.
	surrounded    = "surrounded"
	surroundedApp = "acceptance/testdata/status/around.txtar"
	// aroundKinds are what kubectl would describe to show the same: what belongs together is left to its reader.
	aroundKinds = "deployments,pods,services,ingresses,horizontalpodautoscalers,poddisruptionbudgets,networkpolicies,resourcequotas,secrets,configmaps"
)

// page measures one page about an app beside kubectl get all and kubectl describe.
func (b *bench) page(ctx context.Context) ([]row, error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	kubectl, _, err := b.pair(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	if err := s.surround(ctx, kubectl); err != nil {
		return nil, err
	}
	return b.compare(s, comparison{
		what: "status of an app: ",
		kubectl: func(kubectl program) (cost, error) {
			return kubectl.both(ctx, []string{"get", "all", "-n", surrounded}, []string{"describe", aroundKinds, "-n", surrounded})
		},
		app:  func(app program) (cost, error) { return app.run(ctx, "status", "deployment/web", "-n", surrounded) },
		time: below(0.150), requests: atMost(16), // one for each kind that is shown
	})
}

// surround makes the app of the script, and waits until it serves.
func (s *stage) surround(ctx context.Context, kubectl program) error {
	if err := s.makeNamespace(ctx, surrounded); err != nil {
		return err
	}
	script, err := txtar.ParseFile(surroundedApp)
	if err != nil {
		return fmt.Errorf("the app with all around it: %w", err)
	}
	file := filepath.Join(s.lab.Home, "app.yaml")
	for _, f := range script.Files {
		if f.Name == "app.yaml" {
			if err := os.WriteFile(file, f.Data, 0o600); err != nil {
				return fmt.Errorf("writing a manifest: %w", err)
			}
		}
	}
	for _, command := range [][]string{
		{"create", "secret", "generic", "db", "--from-literal=url=db"},
		{"create", "configmap", "settings", "--from-literal=a=b"},
		{"apply", "-f", file},
		{"rollout", "status", "deployment/web"},
	} {
		if _, err := kubectl.run(ctx, append(command, "-n", surrounded)...); err != nil {
			return err
		}
	}
	return nil
}
