package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

type rolloutHistoryFlags struct {
	selectionFlags
	revision int64
	format   string
}

func newRolloutHistory(env *Env) *cobra.Command {
	var flags rolloutHistoryFlags
	cmd := &cobra.Command{
		Use:   "history (TYPE/NAME | TYPE NAME | TYPE [-l SELECTOR]) [options]",
		Short: "List the revisions of a workload with images, change-cause and verdict",
		Example: `  # List the revisions of deployment web
  kubectl app rollout history deployment/web

  # The template of revision 3
  kubectl app rollout history deployment/web --revision=3`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", flags.format, "", "json", "yaml"); err != nil {
				return err
			}
			selection := flags.selection(args, "rollout history")
			selection.AllOfType = true
			if err := selection.Validate(); err != nil {
				return usageError{err}
			}
			return flags.run(cmd.Context(), env, selection)
		},
	}
	flags.selectionFlags.add(cmd.Flags())
	cmd.Flags().Int64Var(&flags.revision, "revision", 0, "See the details, including podTemplate of the revision specified")
	cmd.Flags().StringVarP(&flags.format, "output", "o", "", "Output format. One of: (json, yaml).")
	return cmd
}

// history is what is known of one workload's revisions.
type history struct {
	workload.Ref
	Revisions []rollout.HistoryRow `json:"revisions"`
}

func (f *rolloutHistoryFlags) run(ctx context.Context, env *Env, selection cluster.Selection) error {
	c := env.cluster()
	objects, err := c.Resolve(ctx, selection)
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
			if err := f.template(env, o.Ref(), revisions[i]); err != nil {
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
	if f.revision > 0 {
		return nil
	}
	if f.format != "" {
		return encode(env, f.format, "history", all)
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
		if err := view.History(env.Term.Out, h.Revisions, env.Now()); err != nil {
			return fmt.Errorf("writing the history: %w", err)
		}
	}
	return nil
}

// template shows what one revision runs.
func (f *rolloutHistoryFlags) template(env *Env, ref workload.Ref, revisions []workload.Revision) error {
	for _, r := range revisions {
		if r.Number == f.revision {
			format := f.format
			if format == "" {
				format = "yaml"
			}
			return encode(env, format, "template", r.Template)
		}
	}
	missing := &rollout.RevisionNotFoundError{Workload: ref, Revision: f.revision}
	for _, r := range revisions {
		missing.Have = append(missing.Have, r.Number)
	}
	return missing
}
