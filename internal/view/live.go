package view

import (
	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// Live repaints one picture in place, which stays as the last frame left it.
func Live(out *term.Output) View {
	return &live{out: out, screen: NewScreen(out)}
}

type live struct {
	out    *term.Output
	screen *Screen
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
	if !l.screen.Ready() {
		l.pending = &f
		return nil
	}
	return l.paint(&f)
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
	return l.screen.Print(s.Lines)
}

func (l *live) paint(f *Frame) error {
	l.pending, l.shown = nil, true
	_, height := l.out.Size()
	l.picture = picture(newSheet(l.out), f, height-1)
	return l.screen.Paint(l.picture)
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
