package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

type rolloutHistoryFlags struct {
	selectionFlags
	revision int64
	print    *genericclioptions.PrintFlags
}

func newRolloutHistory(env *Env) *cobra.Command {
	flags := rolloutHistoryFlags{print: genericclioptions.NewPrintFlags("").WithTypeSetter(scheme.Scheme)}
	cmd := &cobra.Command{
		Use:   "history (TYPE/NAME | TYPE NAME | TYPE [-l SELECTOR]) [options]",
		Short: "List the revisions of a workload with images, change-cause and verdict",
		Example: `  # List the revisions of deployment web
  kubectl app rollout history deployment/web

  # The template of revision 3
  kubectl app rollout history deployment/web --revision=3

  # The names of the ReplicaSets that hold the revisions
  kubectl app rollout history deployment/web -o name`,
		RunE: func(cmd *cobra.Command, args []string) error {
			printer, err := flags.print.ToPrinter()
			if err != nil {
				return usageError{err}
			}
			if flags.revision < 0 {
				return usagef("--revision takes the number of a revision")
			}
			selection := flags.selection(args, "rollout history")
			selection.AllOfType = true
			if err := selection.Validate(); err != nil {
				return usageError{err}
			}
			return flags.run(cmd.Context(), env, selection, printer)
		},
	}
	flags.selectionFlags.add(cmd.Flags())
	cmd.Flags().Int64Var(&flags.revision, "revision", 0, "See the details, including podTemplate of the revision specified")
	flags.print.AddFlags(cmd)
	return cmd
}

// history is what is known of one workload's revisions.
type history struct {
	workload.Ref
	Revisions []rollout.HistoryRow `json:"revisions"`
}

// format is that of our data; "" for people.
func (f *rolloutHistoryFlags) format() string { return strings.ToLower(*f.print.OutputFormat) }

// wantsObjects tells whether the objects are to be printed that kubectl prints: what it prints as JSON and YAML
// has no verdicts, so there ours is the default.
func (f *rolloutHistoryFlags) wantsObjects() bool {
	switch f.format() {
	case "":
		return *f.print.TemplatePrinterFlags.TemplateArgument != ""
	case "json", "yaml":
		return f.print.JSONYamlPrintFlags.ShowManagedFields
	}
	return true
}

func (f *rolloutHistoryFlags) run(ctx context.Context, env *Env, selection resolve.Selection, printer printers.ResourcePrinter) error {
	c := env.cluster()
	objects, err := resolve.Workloads(ctx, c, selection)
	if err != nil {
		return resolveError(err)
	}
	revisions, err := c.Revisions(ctx, objects)
	if err != nil {
		return err
	}
	var all []history
	for i, o := range objects {
		if f.revision > 0 {
			one, err := f.find(o.Ref(), revisions[i])
			if err != nil {
				return err
			}
			revisions[i] = []workload.Revision{*one}
		}
		if f.wantsObjects() {
			if err := printRevisions(ctx, env, c, o, revisions[i], printer); err != nil {
				return err
			}
			continue
		}
		if f.revision > 0 {
			if err := encode(env, cmp.Or(f.format(), "yaml"), "template", revisions[i][0].Template); err != nil {
				return err
			}
			continue
		}
		rows := rollout.History(o.Workload(), revisions[i])
		for j := range rows {
			rows[j].ChangeCause = env.Redactor.Text(rows[j].ChangeCause)
			if v := rows[j].Verdict; v != nil {
				v.Message = env.Redactor.Text(v.Message)
			}
		}
		all = append(all, history{Ref: o.Ref(), Revisions: rows})
	}
	if f.revision > 0 || f.wantsObjects() {
		return nil
	}
	if f.format() != "" {
		return encode(env, f.format(), "history", all)
	}
	return table(env, all)
}

func table(env *Env, all []history) error {
	for _, h := range all {
		if len(all) > 1 {
			if _, err := fmt.Fprintf(env.Term.Out, "%s\n", h.Ref); err != nil {
				return fmt.Errorf("writing the history: %w", err)
			}
		}
		if err := page.History(env.Term.Out, h.Revisions, env.Now()); err != nil {
			return fmt.Errorf("writing the history: %w", err)
		}
	}
	return nil
}

// printRevisions prints the objects of revisions in kubectl's way.
func printRevisions(ctx context.Context, env *Env, c *cluster.Cluster, o cluster.Object, revisions []workload.Revision, printer printers.ResourcePrinter) error {
	objects, err := c.RevisionObjects(ctx, o, revisions)
	if err != nil {
		return err
	}
	for _, object := range objects {
		if err := printer.PrintObj(object, env.Term.Out); err != nil {
			return fmt.Errorf("writing the history: %w", err)
		}
	}
	return nil
}

// find finds the revision that is asked for.
func (f *rolloutHistoryFlags) find(ref workload.Ref, revisions []workload.Revision) (*workload.Revision, error) {
	missing := &rollout.RevisionNotFoundError{Workload: ref, Revision: f.revision}
	for i := range revisions {
		if revisions[i].Number == f.revision {
			return &revisions[i], nil
		}
		missing.Have = append(missing.Have, revisions[i].Number)
	}
	return nil, release.RefusedError{Err: missing} // as rollout undo ends
}
