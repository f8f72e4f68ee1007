// Package layout fits text to the width of a terminal: lines, sentences, tables, commands to copy. The packages view and
// page write with it.
package layout

import (
	"fmt"
	"io"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/term"
)

// The looks of a page: Gap parts what stands side by side, and what stands at the right does so in
// column headWidth where there is room: any further, the eye would lose it.
const (
	Gap       = "   "
	headWidth = 79
)

// Sheet collects lines that fit a width.
type Sheet struct {
	term.Colors
	Glyphs term.Glyphs
	Width  int // 0: no limit
	// annotates: lines for GitHub Actions are wanted.
	annotates bool
	// Wrap: a line that is too wide is wrapped, not cut.
	Wrap  bool
	Lines []string
}

// NewSheet fits out as it is now. The last column stays free: a line that fills its row is in a
// state that terminals do not agree on.
func NewSheet(out *term.Output) *Sheet {
	width, _ := out.Size()
	if width > 1 {
		width--
	}
	return &Sheet{Colors: out.Colors(), Glyphs: out.Glyphs(), Width: width, annotates: out.Annotates()}
}

// Blank is a sheet of the same looks and another width, with nothing on it.
func (s *Sheet) Blank(width int) *Sheet {
	return &Sheet{Colors: s.Colors, Glyphs: s.Glyphs, Width: width}
}

// Cut shortens a line to the width.
func (s *Sheet) Cut(line string) string {
	if s.Width == 0 {
		return line
	}
	return term.Cut(line, s.Width, s.Glyphs.Ellipsis)
}

// Add adds a line, cut or wrapped to the width.
func (s *Sheet) Add(line string) {
	if s.Wrap && s.Width > 0 && term.Width(line) > s.Width {
		s.addWrapped(line)
		return
	}
	s.Lines = append(s.Lines, strings.TrimRight(s.Cut(line), " "))
}

// addWrapped adds a line as several, all but the first two columns further in.
func (s *Sheet) addWrapped(line string) {
	text := strings.TrimLeft(line, " ")
	indent := line[:len(line)-len(text)]
	for i, part := range term.Wrap(text, max(s.Width-len(indent)-2, 8)) {
		if i == 1 {
			indent += "  "
		}
		s.Lines = append(s.Lines, indent+part)
	}
}

// Flow sets parts side by side as far as they fit, the rest below, further in. Empty parts are
// left out.
func (s *Sheet) Flow(first, rest string, parts ...string) {
	line, begun := first, false
	for _, part := range parts {
		switch {
		case part == "":
			continue
		case !begun:
			line += part
		case s.Width > 0 && term.Width(line)+len(Gap)+term.Width(part) > s.Width:
			s.Add(line)
			line = rest + part
		default:
			line += Gap + part
		}
		begun = true
	}
	if begun {
		s.Add(line)
	}
}

// FlowTo is flow with something at the right end of the first line.
func (s *Sheet) FlowTo(right string, parts ...string) {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	room := max(headWidth, term.Width(strings.Join(append(kept, right), Gap)))
	if s.Width > 0 {
		room = min(room, s.Width)
	}
	room -= term.Width(right) + len(Gap)
	left, n := kept[0], 1
	for n < len(kept) && term.Width(left)+len(Gap)+term.Width(kept[n]) <= room {
		left += Gap + kept[n]
		n++
	}
	left = term.Cut(left, max(room, 1), s.Glyphs.Ellipsis)
	s.Add(term.Pad(left, room) + Gap + right)
	s.Flow("  ", "  ", kept[n:]...)
}

// Wrapped adds text in at most most lines, each after what lead returns for it.
func (s *Sheet) Wrapped(lead func() string, text string, most int) {
	first := lead()
	lines := []string{text}
	if s.Width > 0 {
		lines = term.Wrap(text, max(s.Width-term.Width(first), 8))
	}
	if len(lines) > most {
		// The last line gets too long on purpose: cut ends it with an ellipsis.
		lines[most-1] += " " + strings.Join(lines[most:], " ")
		lines = lines[:most]
	}
	for i, line := range lines {
		if i > 0 {
			first = lead()
		}
		s.Add(s.Cut(first + line))
	}
}

// WriteLines writes each line with its end.
func WriteLines(w io.Writer, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
