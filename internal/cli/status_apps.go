package cli

import (
	"context"
	"errors"
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
	if f.watch {
		return f.watchApps(ctx, env, args)
	}
	c := env.cluster()
	objects, err := f.chosen(ctx, env, c, args)
	if err != nil {
		return err
	}
	report, err := f.report(ctx, env, c, objects)
	if err != nil {
		return err
	}
	if err := f.printApps(env, report); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	return f.code(appStates(report)...)
}

// report makes the report on workloads, ready to be printed.
func (f *statusFlags) report(ctx context.Context, env *Env, c *cluster.Cluster, objects []cluster.Object) (app.StatusReport, error) {
	report, err := inspect.Apps(ctx, c, objects, rollout.APIVersion, env.Now)
	for i := range report.Apps {
		a := &report.Apps[i]
		env.hereCommands(a.Next)
		for j := range a.NotSeen {
			a.NotSeen[j].Next = env.here(a.NotSeen[j].Next)
		}
	}
	return report, err
}

func appStates(r app.StatusReport) []app.State {
	states := make([]app.State, 0, len(r.Apps))
	for i := range r.Apps {
		states = append(states, r.Apps[i].State)
	}
	return states
}

// chosen are the workloads that the command line means.
func (f *statusFlags) chosen(ctx context.Context, env *Env, c *cluster.Cluster, args []string) ([]cluster.Object, error) {
	var err error
	if len(args) == 1 && f.selector == "" && !strings.Contains(args[0], "/") && !resolve.IsKind(args[0]) {
		if args, err = inspect.New(c, env.Now).Find(ctx, "status", args[0], shownKinds()...); err != nil {
			return nil, err
		}
	}
	if len(args) == 0 {
		args = []string{"all"}
	}
	objects, err := resolve.Workloads(ctx, c, resolve.Selection{Args: args, LabelSelector: f.selector, NoAll: true, Verb: "status"})
	if cluster.Is(err, cluster.Unsupported) {
		return nil, notShown(err, c)
	}
	return objects, resolveError(err)
}

// shownKinds are those that have a page, as the API names them.
func shownKinds() []string {
	var plurals []string
	for _, k := range workload.Kinds() {
		if k.Releasable() {
			plurals = append(plurals, k.Plural)
		}
	}
	return plurals
}

// notShown is the error for an object that has no page.
func notShown(err error, c *cluster.Cluster) error {
	var e *cluster.Error
	if !errors.As(err, &e) {
		return err
	}
	command := "kubectl describe "
	if kind, _, _ := strings.Cut(e.Object, "/"); inspect.Explains(kind) {
		command = "kubectl app why "
	}
	namespace, _, _ := c.Namespace() // it was read before
	kinds := shownKinds()
	last := len(kinds) - 1
	return hintedError{
		err: usagef("kubectl app status shows %s and %s, and what uses a Secret or ConfigMap; %s is none of them",
			strings.Join(kinds[:last], ", "), kinds[last], e.Object),
		hints: []string{command + e.Object + cluster.InFlag(namespace)},
	}
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
