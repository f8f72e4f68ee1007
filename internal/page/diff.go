package page

import (
	"fmt"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
)

// Diff writes what changes between two texts of one object, as a unified diff; nothing if nothing does.
func Diff(out *term.Output, object, before, after string) error {
	return unified(out, "live/"+object, "next/"+object, before, after)
}

// FileDiff is Diff of a file.
func FileDiff(out *term.Output, path, before, after string) error {
	return unified(out, path, path, before, after)
}

func unified(out *term.Output, from, to, before, after string) error {
	unified := udiff.Unified(from, to, before, after)
	if unified == "" {
		return nil
	}
	s := newSheet(out)
	var lines []string
	shift := 0
	for _, l := range strings.Split(strings.TrimSuffix(unified, "\n"), "\n") {
		l, shift = renumbered(l, shift)
		lines = append(lines, s.diffLine(clean(l)))
	}
	return layout.WriteLines(out, lines)
}

// renumbered sets where a hunk begins in the new text: shift is how many lines the hunks before it added.
// The library forgets the lines between two changes of one hunk, and has all later ones begin too early.
func renumbered(line string, shift int) (string, int) {
	var from, fromLines, to, toLines int
	if n, _ := fmt.Sscanf(line, "@@ -%d,%d +%d,%d @@", &from, &fromLines, &to, &toLines); n < 4 {
		return line, shift // a hunk of a single line has no counts, and is the only one
	}
	return fmt.Sprintf("@@ -%d,%d +%d,%d @@", from, fromLines, from+shift, toLines), shift + toLines - fromLines
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
