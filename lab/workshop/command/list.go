package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/usage"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
	"github.com/kubectl-app/kubectl-app/lab/workshop/screen"
	"github.com/kubectl-app/kubectl-app/lab/workshop/session"
)

func (w *workshop) newList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the exercises, and how far you are",
		Long: `List the exercises, and how far you are in the cluster of the current context. An
exercise that needs a lab has images which fail on purpose, or doors that only a lab
has.`,
		Example: `  # List the exercises
  kubectl app lab workshop list`,
		Args: usage.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return w.list(cmd) },
	}
}

func (w *workshop) list(cmd *cobra.Command) error {
	all, err := w.all()
	if err != nil {
		return err
	}
	s, write := w.sheet()
	progress := map[string]screen.Progress{}
	cluster, err := session.Connect(cmd.Context(), w.flags)
	var states map[string]session.State
	if err == nil {
		states, err = cluster.States(cmd.Context())
	}
	for id, state := range states {
		switch {
		case state.Ending:
		case state.Done:
			progress[id] = screen.Done
		default:
			progress[id] = screen.Begun
		}
	}
	next := ""
	if err == nil {
		if current, ok := cluster.Current(states); ok && !current.Done {
			progress[current.ID], next = screen.Current, "check"
		}
	}
	screen.List(s, all, progress)
	s.Add("")
	if err != nil { // the list is of use without a cluster
		s.Sentences(s.Yellow("How far you are is not known:") + " " + err.Error())
		return write()
	}
	s.Add(s.Faint("cluster ") + cluster.Context)
	if next == "" {
		next = fmt.Sprintf("start %d", firstOpen(all, progress).Number)
	}
	s.Next([]string{"kubectl app lab workshop " + next})
	return write()
}

// firstOpen is the exercise to begin with, or to begin again with.
func firstOpen(all []*exercise.Exercise, progress map[string]screen.Progress) *exercise.Exercise {
	for _, e := range all {
		if progress[e.ID] != screen.Done {
			return e
		}
	}
	return all[0]
}
