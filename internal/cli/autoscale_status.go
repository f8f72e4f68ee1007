package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"github.com/kubectl-app/kubectl-app/internal/autoscaler"
	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/inspect"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const autoscaleStatusExample = `  # Why has deployment web as many replicas as it has?
  kubectl app autoscale status deployment/web

  # The same, for a script
  kubectl app autoscale status deployment/web -o json

  # A line for each autoscaler of the namespace
  kubectl app autoscale status --all`

type autoscaleStatusFlags struct {
	format   string
	all      bool
	exitCode bool
}

func newAutoscaleStatus(env *Env) *cobra.Command {
	var flags autoscaleStatusFlags
	cmd := &cobra.Command{
		Use:   "status (NAME | TYPE/NAME | TYPE NAME | --all) [options]",
		Short: "Explain the number of replicas by the arithmetic of the autoscaler",
		Long: `Explain the number of replicas of a workload, or of what a HorizontalPodAutoscaler scales, by the arithmetic of the
autoscaler: the value of each metric beside its target, the number that each wants, the pods that do not count, and the
bound, rule or window that limits the number.

Nothing is changed. What the controller remembers of the last minutes can't be seen from outside: where it decides, the
number is a range. The controller is assumed to run with its default flags.

The exit code is 0 also when there is no number; with --exit-code it is 4 if an autoscaler can't compute one, and 7 if it
has none yet.`,
		Example: autoscaleStatusExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", flags.format, "", "json", "yaml"); err != nil {
				return err
			}
			switch {
			case flags.all && len(args) > 0:
				return usagef("--all is every autoscaler of the namespace: remove it, or the name")
			case flags.all:
				return flags.list(cmd.Context(), env)
			case len(args) == 0:
				return usagef("no object: give NAME or TYPE/NAME, for example deployment/web, or --all")
			}
			return flags.run(cmd.Context(), env, args)
		},
	}
	cmd.Flags().StringVarP(&flags.format, "output", "o", "", "Output format. One of: (json, yaml).")
	cmd.Flags().BoolVar(&flags.exitCode, "exit-code", false, "End with 4 if an autoscaler can't compute a number, and with 7 if one has none yet")
	cmd.Flags().BoolVar(&flags.all, "all", false, "List all autoscalers of the namespace, a line for each")
	return cmd
}

func (f *autoscaleStatusFlags) run(ctx context.Context, env *Env, args []string) error {
	c := env.cluster()
	found, ref, err := f.find(ctx, env, c, args)
	if err != nil {
		return err
	}
	reports := make([]autoscale.Report, 0, len(found))
	for i := range found {
		r, err := env.autoscalerReport(ctx, c, &found[i])
		if err != nil {
			return err
		}
		if len(found) > 1 {
			r.Notes = append(r.Notes, fmt.Sprintf("%d autoscalers scale %s: they disable each other", len(found), ref))
		}
		reports = append(reports, r)
	}
	if err := f.print(env, ref.Namespace, reports); err != nil {
		return err
	}
	return f.code(reports)
}

// find reads the autoscalers that arguments name: TYPE/NAME of an autoscaler or of what it scales, or the name alone of either.
func (f *autoscaleStatusFlags) find(ctx context.Context, env *Env, c *cluster.Cluster, args []string) ([]autoscalingv2.HorizontalPodAutoscaler, workload.Ref, error) {
	bare := len(args) == 1 && !strings.Contains(args[0], "/") && !resolve.IsKind(args[0])
	if bare {
		args = []string{"hpa/" + args[0]}
	}
	gvk, ref, err := resolve.One(c, resolve.Selection{Args: args, Verb: "autoscale status"})
	if err != nil {
		return nil, ref, resolveError(err)
	}
	if gvk.Kind == autoscaler.Kind && !bare {
		one, err := readAutoscaler(ctx, c, ref)
		if err != nil {
			return nil, ref, err
		}
		return []autoscalingv2.HorizontalPodAutoscaler{*one}, ref, nil
	}
	found, err := c.Autoscalers(ctx, ref.Namespace)
	if err != nil {
		return nil, ref, err
	}
	found = slices.DeleteFunc(found, func(a autoscalingv2.HorizontalPodAutoscaler) bool {
		if bare {
			return a.Name != ref.Name && a.Spec.ScaleTargetRef.Name != ref.Name
		}
		return !autoscale.Targets(&a, gvk.GroupKind(), ref.Name)
	})
	switch {
	case len(found) > 0:
		return found, ref, nil
	case !bare:
		return nil, ref, noAutoscaler(ctx, c, ref)
	}
	named, err := inspect.New(c, env.Now).Find(ctx, "autoscale status", ref.Name)
	if err != nil {
		return nil, ref, resolveError(err)
	}
	if _, ref, err = resolve.One(c, resolve.Selection{Args: named, Verb: "autoscale status"}); err != nil {
		return nil, ref, resolveError(err)
	}
	return nil, ref, noAutoscaler(ctx, c, ref)
}

func (f *autoscaleStatusFlags) print(env *Env, namespace string, reports []autoscale.Report) error {
	switch {
	case f.format != "" && len(reports) == 1:
		return encode(env, f.format, "report", reports[0])
	case f.format != "":
		return encode(env, f.format, "list", autoscale.List{APIVersion: rollout.APIVersion, Kind: autoscale.ListKind, Namespace: namespace, Items: reports})
	}
	for _, r := range reports {
		if err := page.Autoscaler(env.Term.Out, r); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
	}
	return nil
}

// code is what --exit-code asks for: the code of the worst state.
func (f *autoscaleStatusFlags) code(reports []autoscale.Report) error {
	has := func(state autoscale.State) bool {
		return slices.ContainsFunc(reports, func(r autoscale.Report) bool { return r.State == state })
	}
	switch {
	case !f.exitCode:
	case has(autoscale.NoNumber):
		return decidedError{exitFailed}
	case has(autoscale.Waiting):
		return decidedError{exitTimedOut}
	}
	return nil
}

// noAutoscaler says that nothing scales a workload, if there is one of that name.
func noAutoscaler(ctx context.Context, c *cluster.Cluster, ref workload.Ref) error {
	if workload.KindNamed(ref.Kind) != nil {
		if _, err := resolve.Workloads(ctx, c, resolve.Selection{Args: []string{ref.String()}, Scales: true, Verb: "autoscale status"}); err != nil {
			return resolveError(err)
		}
	}
	in := cluster.InFlag(ref.Namespace)
	return &cluster.Error{
		Reason: cluster.NothingFound, Object: ref.String(), Message: "no autoscaler scales " + ref.String(),
		Next: []string{fmt.Sprintf("kubectl app autoscale %s%s --max=10 --cpu=70%%", ref, in), "kubectl app autoscale status --all" + in},
	}
}

// whyAutoscaler explains an autoscaler for why. The caller completes the commands.
func (e *Env) whyAutoscaler(ctx context.Context, c *cluster.Cluster, ref workload.Ref) (chain.Report, error) {
	a, err := readAutoscaler(ctx, c, ref)
	if err != nil {
		return chain.Report{}, err
	}
	r, err := e.lookAtAutoscaler(ctx, c, a)
	return r.Why(), err
}

// readAutoscaler names the nearest autoscaler where there is none of a name.
func readAutoscaler(ctx context.Context, c *cluster.Cluster, ref workload.Ref) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	a, err := c.Autoscaler(ctx, ref.Namespace, ref.Name)
	if cluster.Is(err, cluster.NotFound) {
		err = resolve.ExplainNotFound(ctx, c, "horizontalpodautoscalers", ref, err)
	}
	return a, err
}

// autoscalerReport explains one autoscaler, as far as it can be seen.
func (e *Env) autoscalerReport(ctx context.Context, c *cluster.Cluster, a *autoscalingv2.HorizontalPodAutoscaler) (autoscale.Report, error) {
	r, err := e.lookAtAutoscaler(ctx, c, a)
	r.Next = e.here(r.Next)
	return r, err
}

func (e *Env) lookAtAutoscaler(ctx context.Context, c *cluster.Cluster, a *autoscalingv2.HorizontalPodAutoscaler) (autoscale.Report, error) {
	s, seen, notes, err := autoscaler.Look(ctx, c, a)
	if err != nil {
		return autoscale.Report{}, err
	}
	s.Now = e.Now().Add(c.Skew())
	r := autoscale.ByStatus(a, s.Now)
	if seen {
		r = autoscale.Explain(s)
	}
	r.APIVersion, r.Kind, r.Notes = rollout.APIVersion, autoscale.ReportKind, append(r.Notes, notes...)
	e.maskAutoscaler(&r)
	return r, nil
}

// maskAutoscaler masks values in what the cluster says.
func (e *Env) maskAutoscaler(r *autoscale.Report) {
	r.Message = e.Redactor.Text(r.Message)
	if r.Uncomputed != nil {
		r.Uncomputed.Message, r.Uncomputed.Next = e.Redactor.Text(r.Uncomputed.Message), nil
	}
	for i, n := range r.Notes {
		r.Notes[i] = e.Redactor.Text(n)
	}
	if r.Computed != nil {
		for i := range r.Computed.Proposals {
			p := &r.Computed.Proposals[i]
			p.Error = e.Redactor.Text(p.Error)
		}
	}
}

// list prints a line for each autoscaler of the namespace, with one request.
func (f *autoscaleStatusFlags) list(ctx context.Context, env *Env) error {
	c := env.cluster()
	namespace, _, err := c.Namespace()
	if err != nil {
		return err
	}
	all, err := c.Autoscalers(ctx, namespace)
	if err != nil {
		return err
	}
	l := autoscale.List{APIVersion: rollout.APIVersion, Kind: autoscale.ListKind, Namespace: namespace, Items: make([]autoscale.Report, 0, len(all))}
	now := env.Now().Add(c.Skew())
	for i := range all {
		r := autoscale.ByStatus(&all[i], now)
		env.maskAutoscaler(&r)
		r.Next = env.here(r.Next)
		l.Items = append(l.Items, r)
	}
	if f.format != "" {
		if err := encode(env, f.format, "list", l); err != nil {
			return err
		}
		return f.code(l.Items)
	}
	if len(l.Items) == 0 {
		if err := c.CheckNamespace(ctx, namespace); err != nil {
			return err
		}
		_, err := fmt.Fprintln(env.Term.Err, nothingListed(namespace))
		return err
	}
	if err := page.Autoscalers(env.Term.Out, l); err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	return f.code(l.Items)
}
