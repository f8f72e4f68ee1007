package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
	"github.com/kubectl-app/kubectl-app/lab/workshop/screen"
	"github.com/kubectl-app/kubectl-app/lab/workshop/session"
)

func (w *workshop) newWatch() *cobra.Command {
	return &cobra.Command{
		Use:   "watch [EXERCISE]",
		Short: "Show the cluster and the checks while you work",
		Long: `Show the checks, pods, Services and autoscalers of an exercise, always up to date. Open it
in a second terminal, and work in the first. Ctrl-C ends it. Without a terminal it prints
a line for each check that changes.`,
		Example: `  # Watch the current exercise
  kubectl app lab workshop watch`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error { return w.watch(cmd.Context(), args) },
	}
}

func (w *workshop) watch(ctx context.Context, args []string) error {
	o, err := w.open(ctx, args)
	if err != nil {
		return err
	}
	if err := o.begun(); err != nil {
		return err
	}
	looks, err := o.session.Follow(ctx, o.Namespace(), o.program)
	if err != nil {
		return err
	}
	t := w.Term()
	show := (&changes{opened: o, out: t.Out}).show
	if t.Out.CanRepaint() {
		show = (&picture{workshop: w, opened: o, out: t.Out, screen: view.NewScreen(t.Out)}).show
	}
	for l := range looks {
		if l.Err == nil && check.Left(o.program.Run(l.Seen)) == 0 && !o.state.Done {
			o.state.Done = true
			l.Err = o.session.SetDone(ctx, o.Namespace(), w.Now())
		}
		if ctx.Err() != nil {
			break
		}
		if err := show(l); err != nil {
			return err
		}
	}
	return SilentError{ctx.Err()} // it has no other end
}

// picture repaints the whole view in place.
type picture struct {
	*workshop
	*opened
	out    *term.Output
	screen *view.Screen
}

func (p *picture) show(l session.Look) error {
	if !p.screen.Ready() {
		return nil
	}
	s := layout.NewSheet(p.out)
	screen.Heading(s, p.Exercise)
	s.Flow("", "", s.Faint("cluster ")+p.session.Context, s.Faint("namespace ")+p.Namespace())
	s.Add("")
	if l.Err != nil {
		s.Sentences(s.Red("The cluster can't be read:") + " " + l.Err.Error())
		return p.screen.Paint(s.Lines)
	}
	results := p.program.Run(l.Seen)
	screen.Checks(s, results)
	if check.Left(results) == 0 {
		screen.Verdict(s, results, p.next)
	}
	s.Add("")
	screen.Live(s, l.Seen, p.Now())
	if _, height := p.out.Size(); height > 1 && len(s.Lines) >= height {
		s.Lines = append(s.Lines[:height-2], s.Faint(s.Glyphs.Ellipsis+" more rows than this terminal has"))
	}
	return p.screen.Paint(s.Lines)
}

// changes prints a line for each check that changed.
type changes struct {
	*opened
	out   *term.Output
	shown map[int]string
}

func (c *changes) show(l session.Look) error {
	if l.Err != nil {
		return l.Err
	}
	if c.shown == nil {
		c.shown = map[int]string{}
	}
	results := c.program.Run(l.Seen)
	for i, r := range results {
		s := layout.NewSheet(c.out)
		screen.Check(s, r, i == check.First(results))
		text := fmt.Sprint(s.Lines)
		if c.shown[i] == text {
			continue
		}
		c.shown[i] = text
		if err := layout.WriteLines(c.out, s.Lines); err != nil {
			return err
		}
	}
	return nil
}
