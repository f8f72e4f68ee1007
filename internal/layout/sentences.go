package layout

import (
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/term"
)

// Sentences adds prose, wrapped; what follows the first line is further in.
func (s *Sheet) Sentences(text string) {
	lines := []string{text}
	if s.Width > 2 {
		lines = term.Wrap(text, s.Width-2)
	}
	for i, line := range lines {
		if i > 0 {
			line = "  " + line
		}
		s.Add(line)
	}
}

// Warning adds a warning, for GitHub Actions as well.
func (s *Sheet) Warning(text string) {
	s.Sentences(s.Yellow("warning:") + " " + term.Clean(text))
	s.Annotate("warning", "", text)
}

// Next adds commands to type, and below them advice that is no command. They are never cut: they are there to be copied.
func (s *Sheet) Next(steps []string) {
	for _, part := range []struct {
		label string
		steps []string
	}{
		{"next: ", slices.DeleteFunc(slices.Clone(steps), isAdvice)},
		{"hint: ", slices.DeleteFunc(slices.Clone(steps), isCommand)},
	} {
		lead := "  " + s.Faint(part.label)
		for _, step := range part.steps {
			for _, line := range s.Continued(term.Clean(step)) {
				s.Lines = append(s.Lines, lead+line)
				lead = "        "
			}
		}
	}
}

// isCommand tells whether a shell takes it.
func isCommand(step string) bool {
	program, _, _ := strings.Cut(step, " ")
	return slices.Contains([]string{"kubectl", "helm", "flux", "argocd", "mkdir", "rm"}, program)
}

func isAdvice(step string) bool { return !isCommand(step) }

// Continued breaks a command that is too wide as a shell takes it: between its words, with a backslash.
func (s *Sheet) Continued(command string) []string {
	const indent, slash = 8, ` \`
	if s.Width == 0 || indent+term.Width(command) <= s.Width || !strings.HasPrefix(command, "kubectl ") {
		return []string{command}
	}
	var lines []string
	line := ""
	for _, word := range shellWords(command) {
		if line != "" && indent+term.Width(line+" "+word+slash) > s.Width {
			lines, line = append(lines, line+slash), "  "+word
			continue
		}
		line = Join(" ", line, word)
	}
	return append(lines, line)
}

// shellWords splits a command at the spaces that are not within quotes.
func shellWords(command string) []string {
	quote := rune(0)
	return strings.FieldsFunc(command, func(r rune) bool {
		switch {
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case r == quote:
			quote = 0
		}
		return quote == 0 && r == ' '
	})
}
