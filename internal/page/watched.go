package page

import (
	"fmt"
	"slices"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Watched is what a page says that is drawn again and again, beside its report.
type Watched struct {
	// Gone are workloads that were on the page, and were deleted.
	Gone []workload.Ref
	// Notes limit what the page says: they are always in sight.
	Notes []string
	// Height is how many lines there is room for; 0: no limit.
	Height int
	// Whole is the command that prints the whole page.
	Whole string
}

// WatchedApps are the lines of Apps that there is room for.
func WatchedApps(out *term.Output, r app.StatusReport, wide bool, w Watched) []string {
	s := appPages(out, r, wide)
	for _, ref := range w.Gone {
		if len(s.Lines) > 0 {
			s.Add("")
		}
		s.Flow("", "  ", s.Bold(layout.Name(ref)), s.Red(app.Deleted))
	}
	notes := s.notes(w)
	lines := s.Lines
	if room := w.Height - len(notes); w.Height > 0 && len(lines) > room {
		left := len(lines) - max(room-1, 0)
		lines = append(lines[:max(room-1, 0)], s.more(workload.Plural(left, "more line", "more lines"), w))
	}
	return append(lines, notes...)
}

// WatchedList are the lines of StatusList that there is room for: of the workloads the first, which are the sick ones.
func WatchedList(out *term.Output, l app.List, wide bool, w Watched) []string {
	end := newSheet(out)
	end.statusEnd(l)
	notes := end.notes(w)
	if most := w.Height / 2; w.Height > 0 && len(end.Lines) > most {
		end.Lines = end.Lines[:most]
	}
	below := slices.Concat(end.Lines, notes)
	shown := l
	for n := len(l.Items); ; n-- {
		if w.Height > 0 {
			n = min(n, w.Height)
		}
		shown.Items = l.Items[:max(n, 0)]
		s := newSheet(out)
		s.statusRows(shown, wide)
		if left := len(l.Items) - len(shown.Items); left > 0 {
			s.Lines = append(s.Lines, s.more(workload.Plural(left, "more workload", "more workloads"), w))
		}
		if w.Height == 0 || n <= 0 || len(s.Lines)+len(below) <= w.Height {
			lines := slices.Concat(s.Lines, below)
			if w.Height > 0 {
				lines = lines[:min(len(lines), w.Height)]
			}
			return lines
		}
	}
}

// more is the line about what there is no room for.
func (s *sheet) more(what string, w Watched) string {
	text := fmt.Sprintf("%s %s: %s", s.Glyphs.Ellipsis, what, w.Whole)
	if s.Width > 0 {
		text = term.Cut(text, s.Width, s.Glyphs.Ellipsis)
	}
	return s.Faint(text)
}

// notes are the lines of the notes, after an empty one.
func (s *sheet) notes(w Watched) []string {
	if len(w.Notes) == 0 {
		return nil
	}
	notes := &sheet{s.Blank(s.Width)}
	notes.Wrap = true
	notes.Add("")
	for _, text := range w.Notes {
		notes.Add(s.Yellow(s.Glyphs.Warn) + " " + term.Clean(text))
	}
	return notes.Lines
}
