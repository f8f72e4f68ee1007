package screen

import (
	"fmt"
	"iter"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
)

// Progress is how far an exercise is.
type Progress string

// What List shows of an exercise.
const (
	Open    Progress = "-"
	Begun   Progress = "started"
	Current Progress = "current"
	Done    Progress = "done"
)

// List adds a row for each exercise.
func List(s *layout.Sheet, exercises []*exercise.Exercise, progress map[string]Progress) {
	var rows [][]layout.Cell
	for _, e := range exercises {
		state := layout.Cell{Text: string(Open)}
		switch p := progress[e.ID]; p {
		case Done:
			state = layout.Cell{Text: s.Glyphs.Good + " " + string(p), Paint: s.Green}
		case Current, Begun:
			state = layout.Cell{Text: s.Glyphs.Busy + " " + string(p), Paint: s.Cyan}
		}
		needs := ""
		if e.NeedsLab {
			needs = "lab"
		}
		rows = append(rows, []layout.Cell{{Text: fmt.Sprintf("%02d", e.Number)}, state, {Text: needs}, {Text: e.Title}})
	}
	s.Table([]string{"NO", "STATE", "NEEDS", "EXERCISE"}, rows, 3)
}

func linesOf(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if text == "" {
			return
		}
		for _, line := range strings.Split(text, "\n") {
			if !yield(line) {
				return
			}
		}
	}
}
