package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/usage"
	"github.com/kubectl-app/kubectl-app/lab/workshop/screen"
)

func (w *workshop) newStart() *cobra.Command {
	return &cobra.Command{
		Use:   "start EXERCISE",
		Short: "Start an exercise, and show its task",
		Long: `Start an exercise: make its namespace and what is in it, and show the task. EXERCISE is
its number or name. An exercise that is started already goes on as it is.

On a lab, your kubectl uses the namespace of the exercise from then on. In another
cluster your kubeconfig is not changed, and you have to name the context once, so that
no exercise gets into the wrong cluster.`,
		Example: `  # Start the third exercise
  kubectl app lab workshop start 3`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage.Errorf("want one EXERCISE; the list: kubectl app lab workshop list")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return w.start(cmd.Context(), args) },
	}
}

func (w *workshop) start(ctx context.Context, args []string) error {
	o, err := w.open(ctx, args)
	if err != nil {
		return err
	}
	if err := w.suits(o); err != nil {
		return err
	}
	if err := w.begin(ctx, o); err != nil {
		return err
	}
	return w.task(ctx, o)
}

// begin starts the exercise, goes on with it, or starts it anew if its start was interrupted.
func (w *workshop) begin(ctx context.Context, o *opened) error {
	if o.begun() == nil {
		if err := o.session.SetStarted(ctx, o.Namespace(), w.Now()); err != nil {
			return err
		}
		return w.say("exercise %s is started already; it goes on. To begin again: kubectl app lab workshop reset", o.ID)
	}
	if err := w.say("starting exercise %s in cluster %s ...", o.ID, o.session.Context); err != nil {
		return err
	}
	if o.state.ID != "" && !o.state.Ending {
		return o.session.Reset(ctx, o.Exercise, w.Now)
	}
	return o.session.Start(ctx, o.Exercise, w.Now)
}

// suits tells whether the exercise may take place in this cluster.
func (w *workshop) suits(o *opened) error {
	switch {
	case o.session.Lab:
		return nil
	case o.NeedsLab:
		return fmt.Errorf("exercise %s needs a lab, and context %s is none; start a lab: kubectl app lab up", o.ID, o.session.Context)
	case *w.flags.Context == "":
		return errors.New("context " + o.session.Context + " is not a lab. The exercise would take place in the cluster " + o.session.Server +
			", in the namespace " + o.Namespace() + ".\nIf you want that: kubectl app lab workshop start " + fmt.Sprint(o.Number) + " --context " + o.session.Context)
	}
	return nil
}

// task shows the task; on a lab it also makes kubectl use the namespace.
func (w *workshop) task(ctx context.Context, o *opened) error {
	at := o.place()
	if o.session.Lab && !at.Using {
		if err := o.session.UseNamespace(ctx, o.Namespace()); err != nil {
			return err
		}
		at.Using = true
	}
	s, write := w.sheet()
	screen.Task(s, o.Exercise, at)
	s.Next([]string{"kubectl app lab workshop check", "kubectl app lab workshop watch"})
	return write()
}
