package page

import (
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Keys writes what becomes of each key of an object: sizes, never values. Those that stay as they are
// are counted.
func Keys(t *term.Terminal, object string, changes []secrets.KeyChange) error {
	s := newSheet(t.Err)
	unchanged, width := 0, 0
	for _, c := range changes {
		if c.Kind == secrets.Unchanged {
			unchanged++
		} else {
			width = max(width, term.Width(term.Clean(c.Key)))
		}
	}
	s.Add(s.Bold(object))
	for _, c := range changes {
		if line := term.Pad(term.Clean(c.Key), width) + layout.Gap + c.String(); c.Kind != secrets.Unchanged {
			s.Add(s.keyLine(c.Kind, line))
		}
	}
	if unchanged > 0 {
		s.Add(fmt.Sprintf("    %d unchanged", unchanged))
	}
	return layout.WriteLines(t.Err, s.Lines)
}

func (s *sheet) keyLine(kind secrets.ChangeKind, line string) string {
	switch kind {
	case secrets.Added:
		return s.Green("  + " + line)
	case secrets.Removed:
		return s.Red("  - " + line)
	}
	return s.Yellow("  ~ " + strings.TrimRight(line, " "))
}

// Meta writes in a line what becomes of an object's labels and annotations, by name, and whether it has
// become immutable; nothing where nothing does.
func Meta(t *term.Terminal, labels, annotations []secrets.KeyChange, immutable bool) error {
	s := newSheet(t.Err)
	fixed := ""
	if immutable {
		fixed = "immutable from now on"
	}
	s.Flow("    ", "    ", named("labels", labels), named("annotations", annotations), fixed)
	return layout.WriteLines(t.Err, s.Lines)
}

var signs = map[secrets.ChangeKind]string{secrets.Added: "+", secrets.Removed: "-", secrets.Changed: "~"}

func named(what string, changes []secrets.KeyChange) string {
	var names []string
	for _, c := range changes {
		if sign := signs[c.Kind]; sign != "" {
			names = append(names, sign+" "+term.Clean(c.Key))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return what + ": " + strings.Join(names, ", ")
}
