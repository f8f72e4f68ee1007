package command

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/usage"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
	"github.com/kubectl-app/kubectl-app/lab/workshop/session"
)

func (w *workshop) newReset() *cobra.Command {
	return &cobra.Command{
		Use:   "reset [EXERCISE]",
		Short: "Bring an exercise back to its start",
		Long: `Delete all that is in the namespace of the current exercise, or of another one, and make
its start again. The list still shows that you have done it.`,
		Example: `  # Begin the current exercise again
  kubectl app lab workshop reset`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := w.open(cmd.Context(), args)
			if err != nil {
				return err
			}
			if err := o.begun(); err != nil {
				return err
			}
			if err := w.say("resetting namespace %s in cluster %s ...", o.Namespace(), o.session.Context); err != nil {
				return err
			}
			if err := o.session.Reset(cmd.Context(), o.Exercise, w.Now); err != nil {
				return err
			}
			return w.task(cmd.Context(), o)
		},
	}
}

func (w *workshop) newEnd() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "end [EXERCISE]",
		Short: "Remove an exercise from the cluster",
		Long: `Delete the namespace of the current exercise, of another one, or of all. That you have
done it is forgotten, too.`,
		Example: `  # Remove the current exercise
  kubectl app lab workshop end

  # Remove all exercises
  kubectl app lab workshop end --all`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if all && len(args) > 0 {
				return usage.Errorf("--all and an exercise can't be used together")
			}
			return w.end(cmd.Context(), args, all)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "remove all exercises")
	return cmd
}

func (w *workshop) end(ctx context.Context, args []string, all bool) error {
	s, ids, err := w.toEnd(ctx, args, all)
	if err != nil {
		return err
	}
	t := w.Term()
	if len(ids) == 0 {
		_, err := fmt.Fprintf(t.Out, "nothing to remove in cluster %s\n", s.Context)
		return err
	}
	for _, id := range ids {
		namespace := exercise.NamespacePrefix + id
		if err := s.End(ctx, namespace); err != nil {
			return err
		}
		if s.Lab && s.Namespace() == namespace {
			if err := s.UseNamespace(ctx, "default"); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(t.Out, "namespace %s removed from cluster %s\n", namespace, s.Context); err != nil {
			return err
		}
	}
	return nil
}

// toEnd are the exercises that are meant, as far as they have a namespace.
func (w *workshop) toEnd(ctx context.Context, args []string, all bool) (*session.Session, []string, error) {
	if !all {
		o, err := w.open(ctx, args)
		if err != nil {
			return nil, nil, err
		}
		if o.state.ID == "" {
			return o.session, nil, nil
		}
		return o.session, []string{o.ID}, nil
	}
	s, err := session.Connect(ctx, w.flags)
	if err != nil {
		return nil, nil, err
	}
	states, err := s.States(ctx)
	var ids []string
	for id := range states {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return s, ids, err
}
