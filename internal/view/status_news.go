package view

import (
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/app"
)

// StatusWarning writes a warning as such a line. GitHub Actions gets it as one of its own, too.
func StatusWarning(out *term.Output, elapsed time.Duration, text string) error {
	s := newSheet(out)
	s.Width = 0
	s.Add(term.PadLeft(clock(elapsed), 5) + "  " + s.Yellow("warning:") + " " + term.Clean(text))
	s.Annotate("warning", "", text)
	return layout.WriteLines(out, s.Lines)
}

// StatusNews writes a line for each fact that has changed: the time since the start, the workload, the news. With everywhere
// the namespace follows its name.
func StatusNews(out *term.Output, elapsed time.Duration, news []app.Fact, everywhere bool) error {
	s := newSheet(out)
	s.Width = 0 // a log has no edge, and a line that is whole can be searched
	for _, f := range news {
		name := s.Bold(layout.Name(f.Object))
		if everywhere && f.Object.Namespace != "" {
			name += " in " + term.Clean(f.Object.Namespace)
		}
		state := strings.ToLower(string(f.State))
		switch f.State {
		case app.Failing:
			state = s.Red(state)
		case app.Progressing, app.Unknown:
			state = s.Yellow(state)
		case app.Well:
			state = s.Green(state)
		}
		s.Add(term.PadLeft(clock(elapsed), 5) + "  " + layout.Join(layout.Gap, name, state, term.Clean(f.Topic), term.Clean(f.Text)))
	}
	return layout.WriteLines(out, s.Lines)
}
