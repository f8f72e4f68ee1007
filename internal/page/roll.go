package page

import (
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
)

// Roll writes what becomes of those who use what was changed: one line for those who get new pods, one for
// those who follow without. An object whose keys were not shown is named above them.
func Roll(t *term.Terminal, object string, plan consumers.RollPlan) error {
	s := newSheet(t.Err)
	if object != "" && len(plan.Roll)+len(plan.InPlace) > 0 {
		s.Add(s.Bold(object))
	}
	for _, line := range []struct {
		what  string
		users []consumers.Consumer
	}{
		{"restarts ", plan.Roll},
		{"mounted files are updated within about a minute in ", plan.InPlace},
	} {
		if len(line.users) > 0 {
			s.Wrapped(indents("      "), line.what+consumersText(line.users), mostNamed)
		}
	}
	return layout.WriteLines(t.Err, s.Lines)
}

// indents begins the first line with four spaces, and the others with rest.
func indents(rest string) func() string {
	next := "    "
	return func() string {
		indent := next
		next = rest
		return indent
	}
}

// mostNamed bounds a list that is read as a sentence.
const mostNamed = 10

func consumersText(users []consumers.Consumer) string {
	var names []string
	for _, c := range users[:min(mostNamed, len(users))] {
		names = append(names, c.String())
	}
	text := strings.Join(names, ", ")
	if more := len(users) - mostNamed; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}
