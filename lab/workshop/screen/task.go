package screen

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
)

// Place is where an exercise takes place.
type Place struct {
	Cluster string
	// Using: kubectl uses the namespace of the exercise.
	Using bool
}

// Task adds the task of an exercise.
func Task(s *layout.Sheet, e *exercise.Exercise, at Place) {
	Heading(s, e)
	s.Add("")
	Markdown(s, e.Task)
	s.Add("")
	Where(s, e, at)
}

// Heading adds the number and title of an exercise.
func Heading(s *layout.Sheet, e *exercise.Exercise) {
	s.Sentences(s.Bold(fmt.Sprintf("%02d  %s", e.Number, e.Title)))
}

// Where adds the cluster and the namespace, and how to use it.
func Where(s *layout.Sheet, e *exercise.Exercise, at Place) {
	s.Flow("", "", s.Faint("cluster ")+at.Cluster, s.Faint("namespace ")+e.Namespace())
	if !at.Using {
		s.Sentences(s.Yellow("Your kubectl uses another namespace.") + " To change this:")
		s.Next([]string{"kubectl config set-context --current --namespace=" + e.Namespace()})
	}
}
