package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/lab/workshop/screen"
)

func (w *workshop) newSolve() *cobra.Command {
	var run bool
	cmd := &cobra.Command{
		Use:   "solve [EXERCISE]",
		Short: "Show the commands that solve an exercise, and what each does",
		Long: `Show one solution: its commands, each with what it does. With --run it also runs them, in
an empty temporary directory.`,
		Example: `  # Show the solution
  kubectl app lab workshop solve

  # Run it
  kubectl app lab workshop solve --run`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := w.open(cmd.Context(), args)
			if err != nil {
				return err
			}
			if run {
				return w.runSolution(cmd.Context(), o)
			}
			s, write := w.sheet()
			screen.Heading(s, o.Exercise)
			s.Add("")
			screen.Solution(s, o.Exercise)
			s.Add("")
			s.Next([]string{"kubectl app lab workshop solve --run", "kubectl app lab workshop check"})
			return write()
		},
	}
	cmd.Flags().BoolVar(&run, "run", false, "run the commands, too")
	return cmd
}

func (w *workshop) runSolution(ctx context.Context, o *opened) (err error) {
	if err := o.begun(); err != nil {
		return err
	}
	if err := w.say("cluster %s, namespace %s", o.session.Context, o.Namespace()); err != nil {
		return err
	}
	shell, err := o.session.NewShell(o.Namespace())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shell.Close()) }()
	t := w.Term()
	for _, step := range o.Solve {
		if step.Command == "" {
			continue
		}
		s := layout.NewSheet(t.Out)
		screen.Step(s, step)
		if err := layout.WriteLines(t.Out, s.Lines); err != nil {
			return err
		}
		if err := shell.Run(ctx, step.Command, t.Out, t.Err); err != nil {
			return fmt.Errorf("exercise %s: %w", o.ID, err)
		}
	}
	s, write := w.sheet()
	s.Next([]string{"kubectl app lab workshop check --wait 2m"})
	return write()
}
