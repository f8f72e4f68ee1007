package layout

import (
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/term"
)

// The escapes of a workflow command
// (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
var (
	annotationText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	annotationProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// Annotate adds a line that GitHub Actions shows beside its run, where it reads the stream. Such a line is
// never wrapped or cut.
func (s *Sheet) Annotate(level, title, text string) {
	if !s.annotates {
		return
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := range lines {
		lines[i] = term.Clean(lines[i])
	}
	command := "::" + level
	if title != "" {
		command += " title=" + annotationProperty.Replace(term.Clean(title))
	}
	s.Lines = append(s.Lines, command+"::"+annotationText.Replace(strings.Join(lines, "\n")))
}
