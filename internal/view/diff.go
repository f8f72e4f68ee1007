package view

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/kubectl-app/kubectl-app/internal/term"
)

// Diff writes what changes between two texts of one object, as a unified diff; nothing if nothing does.
func Diff(out *term.Output, object, before, after string) error {
	unified := udiff.Unified("live/"+object, "next/"+object, before, after)
	if unified == "" {
		return nil
	}
	s := newSheet(out)
	var lines []string
	for _, l := range strings.Split(strings.TrimSuffix(unified, "\n"), "\n") {
		lines = append(lines, s.diffLine(clean(l)))
	}
	return writeLines(out, lines)
}

// clean keeps the indentation, of which Clean would keep spaces only.
func clean(line string) string {
	return term.Clean(strings.ReplaceAll(line, "\t", "  "))
}

func (s *sheet) diffLine(l string) string {
	switch {
	case strings.HasPrefix(l, "--- "), strings.HasPrefix(l, "+++ "):
		return s.Bold(l)
	case strings.HasPrefix(l, "@@"):
		return s.Cyan(l)
	case strings.HasPrefix(l, "-"):
		return s.Red(l)
	case strings.HasPrefix(l, "+"):
		return s.Green(l)
	default:
		return l
	}
}
