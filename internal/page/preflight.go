package page

import (
	"slices"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
)

// Check is one thing that was looked at before the change, and was not as it should be.
type Check struct {
	// Refused: the change can't go on. Else it is a warning.
	Refused bool
	// Object is what is wrong, as a user would type it; Cause is why.
	Object, Cause string
	// Next are commands to type.
	Next []string
}

// Preflight writes to t.Err what was found before the change: warnings, then what refuses it.
func Preflight(t *term.Terminal, checks []Check) error {
	s := newSheet(t.Err)
	for _, c := range checks {
		if !c.Refused {
			s.Warning(layout.Join(": ", c.Object, c.Cause))
			s.Next(c.Next)
		}
	}
	refused := slices.DeleteFunc(slices.Clone(checks), func(c Check) bool { return !c.Refused })
	for i, c := range refused {
		s.Sentences(s.Red("error:") + " " + layout.Join(": ", s.Bold(term.Clean(c.Object)), term.Clean(c.Cause)))
		if i+1 == len(refused) || !slices.Equal(c.Next, refused[i+1].Next) {
			s.Next(c.Next) // of several errors below one another, once
		}
		s.Annotate("error", c.Object, c.Cause)
	}
	return layout.WriteLines(t.Err, s.Lines)
}
