package page

import (
	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Settings writes to t.Err what becomes of each setting of an autoscaler.
func Settings(t *term.Terminal, object string, changes []autoscale.Difference) error {
	s := newSheet(t.Err)
	width := 0
	for _, c := range changes {
		width = max(width, term.Width(term.Clean(c.Field)))
	}
	s.Add(s.Bold(object))
	for _, c := range changes {
		kind, text := secrets.Changed, c.From+" -> "+c.To
		switch {
		case c.From == "":
			kind, text = secrets.Added, c.To
		case c.To == "":
			kind, text = secrets.Removed, c.From
		}
		s.Add(s.keyLine(kind, term.Pad(term.Clean(c.Field), width)+layout.Gap+term.Clean(text)))
	}
	return layout.WriteLines(t.Err, s.Lines)
}
