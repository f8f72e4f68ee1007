package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/autoscaler"
	"github.com/kubectl-app/kubectl-app/internal/inspect"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

const whyExample = `  # Why does deployment web not work?
  kubectl app why deployment/web

  # Why does nobody reach service web?
  kubectl app why service/web

  # Keep the answer as JSON, for a script or for later
  kubectl app why deployment/web -o json > before.json

  # What has changed since then?
  kubectl app why deployment/web --since=before.json`

type whyFlags struct {
	format   string
	since    string
	exitCode bool
}

func newWhy(env *Env) *cobra.Command {
	var flags whyFlags
	cmd := &cobra.Command{
		Use:   "why (TYPE/NAME | TYPE NAME | NAME) [options]",
		Short: "Explain why a workload, pod, job, cronjob, node, autoscaler, service or ingress does not work",
		Long: `Explain why an object does not work: the deepest cause first, each step with its evidence, then the commands to type
next. Causes and rules are those of a release.

Each command has a tag: look changes nothing; safe adds only what is missing, or is watched and rolled back if it fails;
risky is not taken back.

Of a service or ingress, the doors to the app are asked one by one, from the inside out, with an HTTP GET: inside the
pod, the pod's address, the service, the node port or load balancer, the route. The first that does not open is named.

Nothing is changed. "nothing found" means that no rule fits what could be read; it does not mean healthy. The exit code
is 0 also when a cause is found; with --exit-code it is 4 if the object is failing and 7 if it is progressing.`,
		Example: whyExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usagef("no object: give TYPE/NAME, for example deployment/web")
			case len(args) == 1 && resolve.IsKind(args[0]):
				return usagef("no name: give %s/NAME", args[0])
			}
			if err := oneOf("output", flags.format, "", "json", "yaml"); err != nil {
				return err
			}
			return flags.run(cmd.Context(), env, args)
		},
	}
	cmd.Flags().StringVarP(&flags.format, "output", "o", "", "Output format. One of: (json, yaml).")
	cmd.Flags().StringVar(&flags.since, "since", "", "List what has changed since this report, which an earlier -o json has printed")
	cmd.Flags().BoolVar(&flags.exitCode, "exit-code", false, "End with 4 if the object is failing, and with 7 if it is progressing or not known")
	return cmd
}

func (f *whyFlags) run(ctx context.Context, env *Env, args []string) error {
	earlier, err := f.earlier()
	if err != nil {
		return err
	}
	c := env.cluster()
	inspector := inspect.New(c, env.Now)
	if len(args) == 1 && !strings.Contains(args[0], "/") && !resolve.IsKind(args[0]) {
		if args, err = inspector.Find(ctx, "why", args[0]); err != nil {
			return err
		}
	}
	gvk, ref, err := resolve.One(c, resolve.Selection{Args: args, Verb: "why"})
	if err != nil {
		return resolveError(err)
	}
	var report chain.Report
	if gvk.Kind == autoscaler.Kind {
		report, err = env.whyAutoscaler(ctx, c, ref)
	} else {
		report, err = inspector.Why(ctx, gvk.Kind, ref)
	}
	if err != nil {
		return resolveError(err)
	}
	report.APIVersion = rollout.APIVersion
	if earlier != nil {
		if earlier.Object != report.Object {
			return usagef("--since=%s is a report on %s, not on %s", f.since, earlier.Object, report.Object)
		}
		report.Compare(earlier)
	}
	env.hereReport(&report)
	if err := f.print(env, report); err != nil {
		return err
	}
	return f.code(report)
}

// earlier reads the report of --since; nil without one.
func (f *whyFlags) earlier() (*chain.Report, error) {
	if f.since == "" {
		return nil, nil
	}
	text, err := os.ReadFile(f.since)
	if err != nil {
		return nil, usagef("--since: %w", err)
	}
	var r chain.Report
	if err := json.Unmarshal(text, &r); err != nil || r.Kind != chain.ReportKind {
		return nil, usagef("--since=%s is not a report of kubectl app why -o json", f.since)
	}
	return &r, nil
}

func (f *whyFlags) print(env *Env, report chain.Report) error {
	if f.format != "" {
		return encode(env, f.format, "report", report)
	}
	if err := page.Why(env.Term.Out, report); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// code is what --exit-code asks for.
func (f *whyFlags) code(report chain.Report) error {
	if !f.exitCode {
		return nil
	}
	switch report.State {
	case chain.Failing:
		return decidedError{exitFailed}
	case chain.Progressing, chain.Unknown:
		return decidedError{exitTimedOut}
	case chain.NothingFound:
	}
	return nil
}

// hereReport completes every command of a report.
func (e *Env) hereReport(r *chain.Report) {
	e.hereCommands(r.Next)
	for i := range r.NotSeen {
		r.NotSeen[i].Next = e.here(r.NotSeen[i].Next)
	}
}

func (e *Env) hereCommands(all []chain.Command) {
	for i := range all {
		all[i].Command = e.here([]string{all[i].Command})[0]
	}
}
