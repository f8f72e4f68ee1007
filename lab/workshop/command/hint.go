package command

import (
	"context"
	"maps"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
	"github.com/kubectl-app/kubectl-app/lab/workshop/screen"
)

func (w *workshop) newHint() *cobra.Command {
	return &cobra.Command{
		Use:   "hint [EXERCISE]",
		Short: "Give a hint about the first thing that is missing",
		Long: `Give a hint about the first thing that is missing now. Each call gives a plainer one, up
to the third.`,
		Example: `  # Give a hint
  kubectl app lab workshop hint`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error { return w.hint(cmd.Context(), args) },
	}
}

func (w *workshop) hint(ctx context.Context, args []string) error {
	o, err := w.open(ctx, args)
	if err != nil {
		return err
	}
	if err := o.begun(); err != nil {
		return err
	}
	results, err := o.results(ctx)
	if err != nil {
		return err
	}
	s, write := w.sheet()
	screen.Heading(s, o.Exercise)
	first := check.First(results)
	if first < 0 {
		s.Sentences("Nothing is missing.")
		s.Next([]string{"kubectl app lab workshop check"})
		return write()
	}
	hints := maps.Clone(o.state.Hints)
	hints[first] = min(hints[first]+1, check.Hints)
	screen.Hint(s, results[first], hints[first])
	if err := write(); err != nil {
		return err
	}
	return o.session.SetHints(ctx, o.Namespace(), hints)
}
