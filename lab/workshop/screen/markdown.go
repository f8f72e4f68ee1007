// Package screen writes what the workshop shows: tasks, checks, lists, and the live view.
package screen

import (
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
)

// readable is the widest column of prose: the eye loses longer lines.
const readable = 90

// Markdown adds text as paragraphs that fit the width. Indented lines are commands: they are never broken.
func Markdown(s *layout.Sheet, text string) {
	var paragraph []string
	end := func() {
		prose(s, strings.Join(paragraph, " "))
		paragraph = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n ")
		switch {
		case strings.HasPrefix(line, exercise.Indent):
			end()
			s.Lines = append(s.Lines, "  "+s.Cyan(strings.TrimPrefix(line, exercise.Indent)))
		case line == "":
			end()
			s.Lines = append(s.Lines, "")
		case strings.HasPrefix(line, "- "):
			end()
			paragraph = append(paragraph, line)
		default:
			paragraph = append(paragraph, strings.TrimSpace(line))
		}
	}
	end()
}

func prose(s *layout.Sheet, text string) {
	if text == "" {
		return
	}
	lead := ""
	if strings.HasPrefix(text, "- ") {
		lead = "  "
	}
	width := readable
	if s.Width > 0 {
		width = min(width, s.Width)
	}
	for i, line := range term.Wrap(text, width-len(lead)) {
		if i > 0 {
			line = lead + line
		}
		s.Lines = append(s.Lines, line)
	}
}

// marked adds text after a sign, further lines below the text.
func marked(s *layout.Sheet, sign, text string) {
	width := readable
	if s.Width > 0 {
		width = min(width, s.Width)
	}
	for _, line := range term.Wrap(term.Clean(text), width-2) {
		s.Lines = append(s.Lines, sign+" "+line)
		sign = " "
	}
}
