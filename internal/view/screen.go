package view

import (
	"time"

	"github.com/kubectl-app/kubectl-app/internal/term"
)

// Screen keeps lines in place on a terminal, repainted no oftener than each Refresh and not while the terminal is being
// resized. What was painted last stays.
type Screen struct {
	out     *term.Output
	painter *term.Painter
	painted time.Time
	// width of the terminal as last seen, and when that changed.
	width   int
	resized time.Time
}

// NewScreen begins below what is on the terminal, which has to be able to repaint.
func NewScreen(out *term.Output) *Screen { return &Screen{out: out, painter: term.NewPainter(out)} }

// Ready tells whether it is time to paint. The throttle is about the terminal, so it goes by the real clock.
func (s *Screen) Ready() bool { return !s.resizing() && time.Since(s.painted) >= Refresh }

// Paint replaces the lines.
func (s *Screen) Paint(lines []string) error {
	s.painted = time.Now()
	return s.painter.Paint(lines)
}

// Print writes lines above, where they stay.
func (s *Screen) Print(lines []string) error { return s.painter.Print(lines) }

// settle is how long a terminal's width has to stay the same before the next frame. tmux wraps its lines
// anew at once, and tells a program of every resize after the first 250 ms late: a frame that is painted
// meanwhile moves by a wrong number of rows, over the lines above the picture or leaving a copy of it.
const settle = 300 * time.Millisecond

func (s *Screen) resizing() bool {
	width, _ := s.out.Size()
	if s.width != 0 && width != s.width {
		s.resized = time.Now()
	}
	s.width = width
	return !s.resized.IsZero() && time.Since(s.resized) < settle
}
