package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/app"
)

// moment is how a watch goes.
type moment struct {
	// fresh: the report is another one than before.
	fresh bool
	// since is since when what is shown may be out of date, and trouble why; zero while all is well.
	since   time.Time
	trouble error
	// unread: the API server answers, but does not let the status be read.
	unread bool
	// unwatched are the resources that are read again and again.
	unwatched []watch.Unwatched
}

// statusView shows a report that is made again and again.
type statusView[T any] interface {
	Show(T, moment) error
	Close(T, moment) error
}

// statusScreen draws the report in place.
type statusScreen[T any] struct {
	env    *Env
	screen *view.Screen
	lines  func(T, page.Watched) []string
	whole  string // the command that prints all of it
}

func (s *statusScreen[T]) Show(seen T, m moment) error {
	if !s.screen.Ready() {
		return nil
	}
	return s.Close(seen, m)
}

func (s *statusScreen[T]) Close(seen T, m moment) error {
	_, height := s.env.Term.Out.Size()
	w := page.Watched{Height: max(height-1, 1), Whole: s.whole}
	w.Notes = append(w.Notes, unwatchedTexts(m.unwatched)...)
	if !m.since.IsZero() {
		what := "the API server has not answered"
		if m.unread {
			what = "the status was not read"
		}
		w.Notes = append(w.Notes, fmt.Sprintf("%s for %s: %v; still trying", what, duration.HumanDuration(time.Since(m.since)), m.trouble))
	}
	return s.screen.Paint(s.lines(seen, w))
}

// statusLines prints the report once, then a line for each thing that has changed.
type statusLines[T any] struct {
	env     *Env
	print   func(T) error
	facts   func(T) []app.Fact
	started time.Time
	// everywhere: workloads are named with their namespace.
	everywhere bool
	told       []app.Fact
	silent     bool
	// unread is how the silence began: see moment.
	unread bool
	// unwatched was said; more were found since moreSince, and will be said when no others follow.
	unwatched, more []watch.Unwatched
	moreSince       time.Time
}

func (s *statusLines[T]) Show(seen T, m moment) error {
	if !m.fresh {
		return s.warn(m)
	}
	facts := s.facts(seen)
	if s.started.IsZero() {
		s.started = time.Now()
		if err := s.print(seen); err != nil {
			return err
		}
	} else if err := view.StatusNews(s.env.Term.Out, time.Since(s.started), app.News(s.told, facts), s.everywhere); err != nil {
		return err
	}
	s.told = facts
	return s.warn(m)
}

func (s *statusLines[T]) Close(seen T, m moment) error { return s.Show(seen, m) }

// warn says once what limits the watch.
func (s *statusLines[T]) warn(m moment) error {
	silent := !m.since.IsZero()
	if silent != s.silent {
		text := "the API server answers again"
		switch {
		case silent && m.unread:
			text = fmt.Sprintf("the status can't be read: %v; still trying", m.trouble)
		case silent:
			text = fmt.Sprintf("the API server does not answer: %v; still trying", m.trouble)
		case s.unread:
			text = "the status is read again"
		}
		s.silent, s.unread = silent, m.unread
		if err := s.warning(text); err != nil {
			return err
		}
	}
	more := slices.DeleteFunc(slices.Clone(m.unwatched), func(u watch.Unwatched) bool { return slices.Contains(s.unwatched, u) })
	switch {
	case !slices.Equal(more, s.more):
		s.more, s.moreSince = more, time.Now()
	case len(more) > 0 && time.Since(s.moreSince) >= time.Second:
		s.unwatched = append(s.unwatched, more...)
		for _, text := range unwatchedTexts(more) {
			if err := s.warning(text); err != nil {
				return err
			}
		}
	}
	return nil
}

// warning has the time of the watch before it, as each line has.
func (s *statusLines[T]) warning(text string) error {
	return view.StatusWarning(s.env.Term.Err, time.Since(s.started), text)
}

// unwatchedTexts say what is read again and again instead, and why: a line for each cause.
func unwatchedTexts(all []watch.Unwatched) []string {
	resources := map[string][]string{}
	for _, u := range all {
		resources[u.Cause] = append(resources[u.Cause], u.Resource)
	}
	var texts []string
	for _, cause := range slices.Sorted(maps.Keys(resources)) {
		names := strings.Join(resources[cause], ", ")
		if cause == "" {
			texts = append(texts, fmt.Sprintf("no permission to watch %s: read every %s", names, watch.Poll))
			continue
		}
		texts = append(texts, fmt.Sprintf("can't watch %s (%s): read every %s", names, cause, watch.Poll))
	}
	return texts
}

// statusDocuments prints the report as a document, again whenever more has changed than the time.
type statusDocuments[T any] struct {
	env    *Env
	format string
	// timeless is the report without its own time.
	timeless func(T) T
	printed  string
	warner   statusLines[T]
}

func (s *statusDocuments[T]) Show(seen T, m moment) error {
	if !m.fresh {
		return s.warner.warn(m)
	}
	document, err := json.Marshal(s.timeless(seen))
	if err != nil {
		return fmt.Errorf("encoding the status: %w", err)
	}
	text := app.Steady(string(document))
	if text == s.printed {
		return s.warner.warn(m)
	}
	if s.format == "yaml" && s.printed != "" {
		if _, err := fmt.Fprintln(s.env.Term.Out, "---"); err != nil {
			return err
		}
	}
	s.printed = text
	if err := encode(s.env, s.format, "status", seen); err != nil {
		return err
	}
	return s.warner.warn(m)
}

func (s *statusDocuments[T]) Close(seen T, m moment) error { return s.Show(seen, m) }
