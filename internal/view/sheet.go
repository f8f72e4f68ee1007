package view

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/term"
)

// The looks of a page: gap parts what stands side by side, and what stands at the right does so in
// column headWidth where there is room: any further, the eye would lose it.
const (
	gap       = "   "
	headWidth = 79
)

// sheet collects lines that fit a width.
type sheet struct {
	term.Colors
	glyphs term.Glyphs
	width  int // 0: no limit
	now    time.Time
	// annotates: lines for GitHub Actions are wanted.
	annotates bool
	// whole: a line that is too wide is wrapped, not cut.
	whole bool
	lines []string
}

// newSheet fits out as it is now. The last column stays free: a line that fills its row is in a
// state that terminals do not agree on.
func newSheet(out *term.Output) *sheet {
	width, _ := out.Size()
	if width > 1 {
		width--
	}
	return &sheet{Colors: out.Colors(), glyphs: out.Glyphs(), width: width, annotates: out.Annotates()}
}

// blank is a sheet of the same looks and another width, with nothing on it.
func (s *sheet) blank(width int) *sheet {
	return &sheet{Colors: s.Colors, glyphs: s.glyphs, width: width, now: s.now}
}

// cut shortens a line to the width.
func (s *sheet) cut(line string) string {
	if s.width == 0 {
		return line
	}
	return term.Cut(line, s.width, s.glyphs.Ellipsis)
}

func (s *sheet) add(line string) {
	if s.whole && s.width > 0 && term.Width(line) > s.width {
		s.addWrapped(line)
		return
	}
	s.lines = append(s.lines, strings.TrimRight(s.cut(line), " "))
}

// addWrapped adds a line as several, all but the first two columns further in.
func (s *sheet) addWrapped(line string) {
	text := strings.TrimLeft(line, " ")
	indent := line[:len(line)-len(text)]
	for i, part := range term.Wrap(text, max(s.width-len(indent)-2, 8)) {
		if i == 1 {
			indent += "  "
		}
		s.lines = append(s.lines, indent+part)
	}
}

// flow sets parts side by side as far as they fit, the rest below, further in. Empty parts are
// left out.
func (s *sheet) flow(first, rest string, parts ...string) {
	line, begun := first, false
	for _, part := range parts {
		switch {
		case part == "":
			continue
		case !begun:
			line += part
		case s.width > 0 && term.Width(line)+len(gap)+term.Width(part) > s.width:
			s.add(line)
			line = rest + part
		default:
			line += gap + part
		}
		begun = true
	}
	if begun {
		s.add(line)
	}
}

// flowTo is flow with something at the right end of the first line.
func (s *sheet) flowTo(right string, parts ...string) {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	room := max(headWidth, term.Width(strings.Join(append(kept, right), gap)))
	if s.width > 0 {
		room = min(room, s.width)
	}
	room -= term.Width(right) + len(gap)
	left, n := kept[0], 1
	for n < len(kept) && term.Width(left)+len(gap)+term.Width(kept[n]) <= room {
		left += gap + kept[n]
		n++
	}
	left = term.Cut(left, max(room, 1), s.glyphs.Ellipsis)
	s.add(term.Pad(left, room) + gap + right)
	s.flow("  ", "  ", kept[n:]...)
}

// wrapped adds text in at most most lines, each after what lead returns for it.
func (s *sheet) wrapped(lead func() string, text string, most int) {
	first := lead()
	lines := []string{text}
	if s.width > 0 {
		lines = term.Wrap(text, max(s.width-term.Width(first), 8))
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
		s.add(s.cut(first + line))
	}
}

func writeLines(w io.Writer, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
