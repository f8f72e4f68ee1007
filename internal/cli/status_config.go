package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
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
	return errors.Join(warnNotSeen(env, notSeen), noteVersions(ctx, env, c, objects))
}

// noteVersions names the versions of objects that nothing uses by their own names. That they can't be listed says nothing.
func noteVersions(ctx context.Context, env *Env, c *cluster.Cluster, objects []consumers.SubjectReport) error {
	for _, o := range objects {
		if len(o.Consumers) > 0 {
			continue
		}
		all, err := config.New(c).Versions(ctx, o.Namespace, o.Kind)
		all = slices.DeleteFunc(all, func(v consumers.Version) bool { return v.Of != o.Name })
		if err != nil || len(all) == 0 {
			continue
		}
		newest := slices.MaxFunc(all, func(a, b consumers.Version) int { return a.Created.Compare(b.Created) })
		text := fmt.Sprintf("%s has %s; the newest is %s: %s", o.Ref, workload.Plural(len(all), "version", "versions"), newest.Name, statusCommand(newest.Ref))
		if err := page.Note(env.Term, text); err != nil {
			return err
		}
	}
	return nil
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
