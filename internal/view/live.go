package view

import (
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// Live repaints one picture in place, which stays as the last frame left it.
func Live(out *term.Output) View {
	return &live{out: out, painter: term.NewPainter(out)}
}

type live struct {
	out     *term.Output
	painter *term.Painter
	painted time.Time
	// width of the terminal as last seen, and when that changed.
	width   int
	resized time.Time
	// picture is what was painted last.
	picture []string
	// pending came too soon after the last one that was painted.
	pending *Frame
	shown   bool
	ended   bool
}

func (l *live) Show(f Frame) error {
	if err := l.warn(f.Events); err != nil {
		return err
	}
	if len(f.State.Workloads) == 0 { // news before the release has begun
		return nil
	}
	f.Events = nil
	// The throttle is about the terminal, so it goes by the real clock; f.Now may be a recording's.
	if l.resizing() || time.Since(l.painted) < Refresh {
		l.pending = &f
		return nil
	}
	return l.paint(&f)
}

// settle is how long a terminal's width has to stay the same before the next frame. tmux wraps its lines
// anew at once, and tells a program of every resize after the first 250 ms late: a frame that is painted
// meanwhile moves by a wrong number of rows, over the lines above the picture or leaving a copy of it.
const settle = 300 * time.Millisecond

func (l *live) resizing() bool {
	width, _ := l.out.Size()
	if l.width != 0 && width != l.width {
		l.resized = time.Now()
	}
	l.width = width
	return !l.resized.IsZero() && time.Since(l.resized) < settle
}

// warn puts warnings above the picture, where they stay.
func (l *live) warn(events []rollout.Event) error {
	s := newSheet(l.out)
	for i := range events {
		if events[i].Type == rollout.EventWarning {
			s.Warning(events[i].Message)
		}
	}
	if len(s.Lines) == 0 {
		return nil
	}
	return l.painter.Print(s.Lines)
}

func (l *live) paint(f *Frame) error {
	l.painted, l.pending, l.shown = time.Now(), nil, true
	_, height := l.out.Size()
	l.picture = picture(newSheet(l.out), f, height-1)
	return l.painter.Paint(l.picture)
}

func (l *live) Close() error {
	if l.pending == nil {
		return nil
	}
	return l.paint(l.pending)
}

// Finish adds what the picture does not hold: what a failure means, the whole of what it rests on where
// that was cut, and what to type next.
func (l *live) Finish(r rollout.Result) error {
	if l.ended {
		return nil
	}
	l.ended = true
	if err := l.Close(); err != nil {
		return err
	}
	if l.shown && r.Outcome == rollout.Succeeded {
		return nil
	}
	d := everything
	if l.shown && holds(l.picture, l.out.Glyphs().Bar, r) {
		d = detail{}
	}
	return layout.WriteLines(l.out, summary(newSheet(l.out), r, d))
}
