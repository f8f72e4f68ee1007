package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/inspect"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// apps prints a page for each workload that the command line names or selects, the sick ones first.
func (f *statusFlags) apps(ctx context.Context, env *Env, args []string) error {
	if err := oneOf("output", f.format, "", "json", "yaml", "name", "wide"); err != nil {
		return err
	}
	c := env.cluster()
	objects, err := f.chosen(ctx, env, c, args)
	if err != nil {
		return err
	}
	report, err := inspect.Apps(ctx, c, objects, rollout.APIVersion, env.Now)
	if err != nil {
		return err
	}
	states := make([]app.State, 0, len(report.Apps))
	for i := range report.Apps {
		a := &report.Apps[i]
		states = append(states, a.State)
		env.hereCommands(a.Next)
		for j := range a.NotSeen {
			a.NotSeen[j].Next = env.here(a.NotSeen[j].Next)
		}
	}
	if err := f.printApps(env, report); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	return f.code(states...)
}

// chosen are the workloads that the command line means.
func (f *statusFlags) chosen(ctx context.Context, env *Env, c *cluster.Cluster, args []string) ([]cluster.Object, error) {
	var err error
	if len(args) == 1 && f.selector == "" && !strings.Contains(args[0], "/") && !resolve.IsKind(args[0]) {
		if args, err = inspect.New(c, env.Now).Find(ctx, "status", args[0]); err != nil {
			return nil, err
		}
	}
	if len(args) == 0 {
		args = []string{"all"}
	}
	objects, err := resolve.Workloads(ctx, c, resolve.Selection{Args: args, LabelSelector: f.selector, Verb: "status"})
	return objects, resolveError(err)
}

func (f *statusFlags) printApps(env *Env, report app.StatusReport) error {
	switch f.format {
	case "json", "yaml":
		return encode(env, f.format, "status", report)
	case "name":
		names := make([]string, 0, len(report.Apps))
		for i := range report.Apps {
			names = append(names, kubectlName(report.Apps[i].Object))
		}
		return page.AppNames(env.Term.Out, names)
	}
	return page.Apps(env.Term.Out, report, f.format == "wide")
}

// kubectlName is what kubectl prints with -o name.
func kubectlName(ref workload.Ref) string {
	if k := workload.KindNamed(ref.Kind); k != nil {
		return strings.ToLower(k.GroupKind().String()) + "/" + ref.Name
	}
	return ref.String()
}
