package command

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/usage"
	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
	"github.com/kubectl-app/kubectl-app/lab/workshop/screen"
)

type checkFlags struct {
	wait        time.Duration
	expressions bool
}

func (w *workshop) newCheck() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [EXERCISE]",
		Short: "Check what is done, and say what is missing",
		Long: `Check the current exercise, or another one. It looks at what the cluster does now: pods
need some seconds to become ready. The exit code is 0 if all is done, and 1 if something
is missing.`,
		Example: `  # Check the current exercise
  kubectl app lab workshop check

  # Wait up to a minute until all is done
  kubectl app lab workshop check --wait 1m`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.wait < 0 {
				return usage.Errorf("--wait %s: want a time like 30s or 2m", f.wait)
			}
			return w.check(cmd.Context(), args, f)
		},
	}
	cmd.Flags().DurationVar(&f.wait, "wait", 0, "how long to wait until all is done")
	cmd.Flags().BoolVar(&f.expressions, "expressions", false, "also show the expression of each check, and its error; for those who write exercises")
	return cmd
}

func (w *workshop) check(ctx context.Context, args []string, f checkFlags) error {
	o, err := w.open(ctx, args)
	if err != nil {
		return err
	}
	if err := o.begun(); err != nil {
		return err
	}
	results, err := o.results(ctx)
	if err == nil && check.Left(results) > 0 && f.wait > 0 {
		results, err = o.session.AwaitDone(ctx, o.Namespace(), o.program, f.wait)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	left := check.Left(results)
	if left == 0 && !o.state.Done {
		if err := o.session.SetDone(ctx, o.Namespace(), w.Now()); err != nil {
			return err
		}
	}
	s, write := w.sheet()
	screen.Heading(s, o.Exercise)
	screen.Checks(s, results)
	if f.expressions {
		screen.Expressions(s, results)
		s.Add("")
	}
	screen.Verdict(s, results, o.next)
	if at := o.place(); !at.Using {
		screen.Where(s, o.Exercise, at)
	}
	if err := write(); err != nil {
		return err
	}
	if left > 0 {
		return errNotDone
	}
	return nil
}
