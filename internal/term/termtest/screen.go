// Package termtest is a small terminal for tests: it takes the bytes of a program and tells what a
// person would see, after a resize too. It knows the sequences that this program sends, and
// remembers every other as a fault.
package termtest

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// row is one row of the screen or of what was scrolled out of it. A wide rune leaves an empty cell
// behind it.
type row struct {
	cells []string
	// wrapped: the text goes on in the next row, without a line break.
	wrapped bool
}

// Screen is the terminal. What is written to it is shown at once.
type Screen struct {
	// Reflow is what most terminals do with old lines at a resize; the others cut them off.
	Reflow bool
	// Faults are the sequences that were not understood.
	Faults []string
	// Frames counts synchronized updates.
	Frames int

	width, height int
	rows          []row
	top           int // the first of rows that is on the screen
	x, y          int // the cursor; y counts from the first row of all
	pending       bool
	hidden        bool
	synchronized  bool
	parser        *ansi.Parser
}

// New returns an empty screen that reflows.
func New(width, height int) *Screen {
	s := &Screen{Reflow: true, width: width, height: height, rows: make([]row, 1), parser: ansi.NewParser()}
	s.parser.SetHandler(ansi.Handler{
		Print: s.print, Execute: s.control, HandleCsi: s.sequence,
		HandleEsc: func(cmd ansi.Cmd) { s.fault("ESC %c", cmd.Final()) },
		HandleOsc: func(cmd int, _ []byte) { s.fault("OSC %d", cmd) },
	})
	return s
}

func (s *Screen) Write(p []byte) (int, error) {
	s.parser.Parse(p)
	return len(p), nil
}

func (s *Screen) fault(format string, args ...any) {
	s.Faults = append(s.Faults, fmt.Sprintf(format, args...))
}

func (s *Screen) print(r rune) {
	width := ansi.StringWidthWc(string(r))
	if width == 0 {
		if cells := s.rows[s.y].cells; len(cells) > 0 {
			cells[len(cells)-1] += string(r)
		}
		return
	}
	if s.pending || s.x+width > s.width {
		s.rows[s.y].wrapped = true
		s.x, s.pending = 0, false
		s.down()
	}
	s.x = min(s.x, s.width-width)
	s.set(s.x, string(r))
	for i := 1; i < width; i++ {
		s.set(s.x+i, "")
	}
	s.x += width
	if s.x >= s.width {
		s.x, s.pending = s.width-1, true
	}
}

func (s *Screen) set(x int, cell string) {
	r := &s.rows[s.y]
	for len(r.cells) <= x {
		r.cells = append(r.cells, " ")
	}
	r.cells[x] = cell
}

func (s *Screen) control(b byte) {
	switch b {
	case '\n': // the line discipline of a terminal makes a full line break of it
		s.x, s.pending = 0, false
		s.down()
	case '\r':
		s.x, s.pending = 0, false
	default:
		s.fault("control %#x", b)
	}
}

func (s *Screen) down() {
	s.y++
	if s.y == len(s.rows) {
		s.rows = append(s.rows, row{})
	}
	s.top = max(s.top, s.y-s.height+1)
}

func (s *Screen) sequence(cmd ansi.Cmd, params ansi.Params) {
	n, _, _ := params.Param(0, 0)
	switch {
	case cmd.Prefix() == '?' && (cmd.Final() == 'h' || cmd.Final() == 'l'):
		s.mode(n, cmd.Final() == 'h')
	case cmd.Prefix() != 0 || cmd.Intermediate() != 0:
		s.fault("CSI %c%c", cmd.Prefix(), cmd.Final())
	case cmd.Final() == 'A':
		s.y, s.pending = max(s.y-max(n, 1), s.top), false
	case cmd.Final() == 'K' && n == 0:
		s.eraseLine(s.x)
	case cmd.Final() == 'K' && n == 2:
		s.eraseLine(0)
	case cmd.Final() == 'J' && n == 0:
		s.eraseLine(s.x)
		s.rows = s.rows[:s.y+1]
	case cmd.Final() == 'm': // colours are not seen here
	default:
		s.fault("CSI %d%c", n, cmd.Final())
	}
}

func (s *Screen) mode(n int, on bool) {
	switch n {
	case 25:
		s.hidden = !on
	case 2026:
		if s.synchronized && !on {
			s.Frames++
		}
		s.synchronized = on
	default:
		s.fault("mode %d", n)
	}
}

// eraseLine clears the row from x on. With a full row the cursor is still on its last column, so
// that one is cleared too, as in xterm. That a row wraps is forgotten only when it is cleared as a
// whole, as in tmux.
func (s *Screen) eraseLine(x int) {
	r := &s.rows[s.y]
	r.cells = r.cells[:min(x, len(r.cells))]
	if x > 0 {
		return
	}
	r.wrapped = false
	if s.y > 0 {
		s.rows[s.y-1].wrapped = false
	}
}

// CursorHidden tells whether the cursor was left hidden.
func (s *Screen) CursorHidden() bool { return s.hidden }

// Text is all that was written, what was scrolled out included, without spaces at line ends.
func (s *Screen) Text() string {
	var b strings.Builder
	for _, r := range s.rows {
		b.WriteString(strings.TrimRight(strings.Join(r.cells, ""), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// Visible is what is on the screen, without what was scrolled out.
func (s *Screen) Visible() string {
	v := Screen{rows: s.rows[s.top:]}
	return v.Text()
}
