package page

import (
	"errors"
	"maps"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
)

// Hinter is an error that knows what to type next.
type Hinter interface {
	error
	// Hints are commands, and advice that is none; the most useful first.
	Hints() []string
}

// Error writes err to t.Err as kubectl does, and below it what to type next.
func Error(t *term.Terminal, err error) error {
	s := newSheet(t.Err)
	joined := joinedLines(err)
	for i, line := range strings.Split(strings.TrimRight(err.Error(), "\n"), "\n") {
		lead := i == 0 || joined[line]
		line = strings.TrimRight(term.Clean(line), " ")
		if lead {
			line = s.Red("error:") + " " + strings.TrimPrefix(line, "error: ")
		}
		// Not wrapped: the terminal does that, and what is searched for or copied stays whole.
		s.Lines = append(s.Lines, line)
	}
	var hinter Hinter
	if errors.As(err, &hinter) {
		s.Next(hinter.Hints())
	}
	s.Annotate("error", "", strings.TrimPrefix(err.Error(), "error: "))
	return layout.WriteLines(t.Err, s.Lines)
}

// joinedLines has the first line of each error that err joins.
func joinedLines(err error) map[string]bool {
	lines := map[string]bool{}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			first, _, _ := strings.Cut(e.Error(), "\n")
			lines[first] = true
			maps.Copy(lines, joinedLines(e))
		}
	}
	return lines
}

// Warning writes one warning to t.Err.
func Warning(t *term.Terminal, text string) error {
	s := newSheet(t.Err)
	s.Warning(text)
	return layout.WriteLines(t.Err, s.Lines)
}

// Note writes to t.Err what is good to know, and needs nothing done.
func Note(t *term.Terminal, text string) error {
	s := newSheet(t.Err)
	s.Sentences("note: " + term.Clean(text))
	return layout.WriteLines(t.Err, s.Lines)
}
