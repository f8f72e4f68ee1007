package cli

import (
	"context"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
)

// consumers prints what uses Secrets and ConfigMaps.
func (f *statusFlags) consumers(ctx context.Context, env *Env, args []string) error {
	if err := f.validateConfig(env, args); err != nil {
		return err
	}
	c := env.cluster()
	refs, err := resolve.ConfigRefs(c, resolve.Selection{Args: args, Verb: "status"})
	if err != nil {
		return resolveError(err)
	}
	objects, notSeen, err := config.New(c).Consumers(ctx, refs)
	if err != nil {
		return err
	}
	report := consumers.NewReport(rollout.APIVersion, objects, notSeen)
	report.Next = env.here(report.Next)
	switch f.format {
	case "json", outputResult:
		return encode(env, "json", "consumers", report)
	case "yaml":
		return encode(env, "yaml", "consumers", report)
	}
	if err := page.Consumers(env.Term.Out, report, env.Now()); err != nil {
		return fmt.Errorf("writing the consumers: %w", err)
	}
	return warnNotSeen(env, notSeen)
}

func (f *statusFlags) validateConfig(env *Env, args []string) error {
	switch {
	case f.selector != "":
		return usagef("-l chooses workloads: name each Secret or ConfigMap")
	case f.watch:
		return usagef("-w watches workloads, not Secrets and ConfigMaps")
	case f.exitCode:
		return usagef("--exit-code is about workloads, not about Secrets and ConfigMaps")
	}
	if err := env.checkConfigArgs(args, "secret/NAME"); err != nil {
		return err
	}
	return oneOf("output", f.format, "", "json", "yaml", outputResult)
}

// warnNotSeen tells what the answer lacks.
func warnNotSeen(env *Env, notSeen []consumers.NotSeen) error {
	for _, n := range notSeen {
		if err := page.Warning(env.Term, fmt.Sprintf("no permission to read %s: %s", n.Resource, n.Without)); err != nil {
			return err
		}
	}
	return nil
}
