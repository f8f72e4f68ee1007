package page

import (
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Roll writes what becomes of those who use what was changed: one line for those who get new pods, one for
// those who follow without.
func Roll(t *term.Terminal, plan secrets.RollPlan) error {
	s := newSheet(t.Err)
	for _, line := range []struct {
		what      string
		consumers []secrets.Consumer
	}{
		{"new pods for ", plan.Roll},
		{"mounted files are updated within about a minute in ", plan.InPlace},
	} {
		if len(line.consumers) > 0 {
			s.Wrapped(indents("    ", "      "), line.what+consumersText(line.consumers), mostNamed)
		}
	}
	return layout.WriteLines(t.Err, s.Lines)
}

// indents gives the first line its own.
func indents(first, rest string) func() string {
	next := first
	return func() string {
		indent := next
		next = rest
		return indent
	}
}

// mostNamed bounds a list that is read as a sentence.
const mostNamed = 10

func consumersText(consumers []secrets.Consumer) string {
	var names []string
	for _, c := range consumers[:min(mostNamed, len(consumers))] {
		names = append(names, c.String())
	}
	text := strings.Join(names, ", ")
	if more := len(consumers) - mostNamed; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}
