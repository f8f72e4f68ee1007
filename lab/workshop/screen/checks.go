package screen

import (
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
)

// Checks adds a line for each check: what is done, what is missing first, and what is still to come.
func Checks(s *layout.Sheet, results []check.Result) {
	first := check.First(results)
	for i, r := range results {
		Check(s, r, i == first)
	}
}

// Check adds the line of one check. Only of the first that is missing it says what is wrong: the others may follow from it.
func Check(s *layout.Sheet, r check.Result, first bool) {
	switch {
	case r.Done:
		marked(s, s.Green(s.Glyphs.Good), r.Want)
	case first:
		marked(s, s.Red(s.Glyphs.Bad), r.Missing())
	default:
		marked(s, s.Faint(s.Glyphs.Wait), r.Want)
	}
}

// Expressions adds for each check what decides it, for those who write exercises.
func Expressions(s *layout.Sheet, results []check.Result) {
	for _, r := range results {
		s.Add("")
		s.Sentences(fmt.Sprintf("%s: %t", r.Want, r.Done))
		s.Sentences("  " + s.Faint(r.Condition()))
		if r.Err != nil {
			s.Sentences("  " + s.Yellow("no value:") + " " + r.Err.Error())
		}
	}
}

// Verdict adds how much is left, and the next command.
func Verdict(s *layout.Sheet, results []check.Result, next *exercise.Exercise) {
	if left := check.Left(results); left > 0 {
		be := "are"
		if left == 1 {
			be = "is"
		}
		s.Sentences(fmt.Sprintf("%d of %d %s missing", left, len(results), be))
		s.Next([]string{"kubectl app lab workshop hint"})
		return
	}
	s.Sentences(s.Green("Done.") + " Compare with the solution, or go on:")
	steps := []string{"kubectl app lab workshop solve"}
	if next != nil {
		steps = append(steps, fmt.Sprintf("kubectl app lab workshop start %d", next.Number))
	}
	s.Next(steps)
}

// Hint adds a hint to a check.
func Hint(s *layout.Sheet, r check.Result, level int) {
	marked(s, s.Red(s.Glyphs.Bad), r.Missing())
	text, command, found := cutCommand(r.Hint(level))
	marked(s, " ", fmt.Sprintf("hint %d of %d: %s", level, check.Hints, text))
	if found {
		s.Lines = append(s.Lines, "    "+s.Cyan(command))
	}
	next := "kubectl app lab workshop hint"
	if level == check.Hints {
		next = "kubectl app lab workshop solve"
	}
	s.Next([]string{next})
}

// cutCommand parts a command at the end of a hint from the sentence, so that it stays on one line.
func cutCommand(hint string) (text, command string, found bool) {
	at := strings.LastIndex(hint, ": kubectl ")
	if at < 0 {
		return hint, "", false
	}
	return hint[:at+1], hint[at+2:], true
}

// Solution adds the commands of an exercise, each with what it does.
func Solution(s *layout.Sheet, e *exercise.Exercise) {
	for i, step := range e.Solve {
		if i > 0 {
			s.Add("")
		}
		Step(s, step)
		Markdown(s, step.Text)
	}
}

// Step adds the command of one step of a solution.
func Step(s *layout.Sheet, step exercise.Step) {
	for line := range linesOf(step.Command) {
		s.Lines = append(s.Lines, "  "+s.Cyan(line))
	}
}
