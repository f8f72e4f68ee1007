// Package command is the command line of `kubectl app lab workshop`.
package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/lab/usage"
	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercises"
	"github.com/kubectl-app/kubectl-app/lab/workshop/screen"
	"github.com/kubectl-app/kubectl-app/lab/workshop/session"
)

// Env is what the commands touch of the world.
type Env struct {
	Term func() *term.Terminal
	Now  func() time.Time
}

// SilentError is an error of which all is said already: it only decides the exit code.
type SilentError struct{ Err error }

func (s SilentError) Error() string { return s.Err.Error() }

// Unwrap returns what decides.
func (s SilentError) Unwrap() error { return s.Err }

var errNotDone = SilentError{errors.New("the exercise is not done")}

// workshop is one invocation.
type workshop struct {
	Env
	flags  *genericclioptions.ConfigFlags
	folder string
}

// New makes the command with its subcommands.
func New(env Env) *cobra.Command {
	w := &workshop{Env: env, flags: genericclioptions.NewConfigFlags(false)}
	cmd := &cobra.Command{
		Use:   "workshop",
		Short: "Learn Kubernetes with exercises that look at what your cluster does",
		Long: `Learn Kubernetes with exercises. Each has a task and a namespace of its own. Solve it
with kubectl or kubectl app, as you like. "check" looks at what the cluster does, not
at what you typed, and says what is missing. "hint" helps one step at a time.

The exercises take place in the cluster of your current context: the lab, or your own
minikube or kind. They change nothing outside of their namespaces.`,
		Example: `  # See all exercises, and begin with the third
  kubectl app lab workshop list
  kubectl app lab workshop start 3

  # Ask for help
  kubectl app lab workshop hint

  # See the solution, let it run, and wait until all is well
  kubectl app lab workshop solve
  kubectl app lab workshop solve --run
  kubectl app lab workshop check --wait 2m

  # Begin the exercise again, and remove it at the end
  kubectl app lab workshop reset
  kubectl app lab workshop end`,
		Args: rejectUnknown,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.PersistentFlags().StringVar(w.flags.Context, "context", "", "the kubeconfig context to use")
	cmd.PersistentFlags().StringVar(w.flags.KubeConfig, "kubeconfig", "", "path to the kubeconfig file")
	cmd.PersistentFlags().StringVar(&w.folder, "exercises", "", "directory with exercises of your own, instead of the ones of the workshop")
	cmd.AddCommand(w.newList(), w.newStart(), w.newCheck(), w.newHint(), w.newSolve(), w.newReset(), w.newEnd(), w.newWatch(), w.newNew())
	return cmd
}

func rejectUnknown(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usage.Errorf("unknown command %q; did you mean %q?", args[0], near[0])
	}
	return usage.Errorf("unknown command %q; see: kubectl app lab workshop --help", args[0])
}

// atMostOne is for commands about the current exercise, or about another one.
func atMostOne(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage.Errorf("want one exercise, not %d", len(args))
	}
	return nil
}

// all are the exercises.
func (w *workshop) all() ([]*exercise.Exercise, error) {
	if w.folder == "" {
		return exercise.LoadAll(exercises.FS)
	}
	all, err := exercise.LoadAll(os.DirFS(w.folder))
	if err != nil {
		return nil, fmt.Errorf("--exercises %s: %w", w.folder, err)
	}
	return all, nil
}

// opened is an exercise in a cluster.
type opened struct {
	*exercise.Exercise
	session *session.Session
	state   session.State
	program *check.Program
	next    *exercise.Exercise
}

// open finds the exercise that is named, or the current one, and connects to its cluster.
func (w *workshop) open(ctx context.Context, args []string) (*opened, error) {
	all, err := w.all()
	if err != nil {
		return nil, err
	}
	s, err := session.Connect(ctx, w.flags)
	if err != nil {
		return nil, err
	}
	states, err := s.States(ctx)
	if err != nil {
		return nil, err
	}
	var name string
	if len(args) > 0 {
		name = args[0]
	} else if current, ok := s.Current(states); ok {
		name = current.ID
	} else {
		return nil, errors.New("no exercise is started; start one: kubectl app lab workshop start 1")
	}
	e, err := exercise.Find(all, name)
	if err != nil {
		return nil, usage.Error{Err: err}
	}
	o := &opened{Exercise: e, session: s, state: states[e.ID], next: after(all, e)}
	if o.program, err = check.Compile(e.Checks); err != nil {
		return nil, fmt.Errorf("exercise %s: %s: %w", e.ID, exercise.CheckFile, err)
	}
	return o, nil
}

// begun refuses an exercise that was not started.
func (o *opened) begun() error {
	if o.state.Started.IsZero() || o.state.Ending {
		return fmt.Errorf("exercise %s is not started; start it: kubectl app lab workshop start %d", o.ID, o.Number)
	}
	return nil
}

func after(all []*exercise.Exercise, e *exercise.Exercise) *exercise.Exercise {
	for i := range all {
		if all[i].ID == e.ID && i+1 < len(all) {
			return all[i+1]
		}
	}
	return nil
}

func (o *opened) place() screen.Place {
	return screen.Place{Cluster: o.session.Context, Using: o.session.Namespace() == o.Exercise.Namespace()}
}

// results runs the checks now.
func (o *opened) results(ctx context.Context) ([]check.Result, error) {
	facts, err := o.session.Facts(ctx, o.Exercise.Namespace(), o.program)
	if err != nil {
		return nil, err
	}
	return o.program.Run(facts), nil
}

// sheet is what is written to stdout at the end.
func (w *workshop) sheet() (*layout.Sheet, func() error) {
	t := w.Term()
	s := layout.NewSheet(t.Out)
	return s, func() error { return layout.WriteLines(t.Out, s.Lines) }
}

// say writes a line of progress to stderr.
func (w *workshop) say(format string, args ...any) error {
	t := w.Term()
	s := layout.NewSheet(t.Err)
	s.Sentences(fmt.Sprintf(format, args...))
	return layout.WriteLines(t.Err, s.Lines)
}
