package view

import (
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// bar draws how far a rollout is: what is available, what is updated only, and what is left.
func (s *sheet) bar(c rollout.Counts, width int, look status) string {
	available, updated := cells(c.Available, c.Desired, width), cells(c.Updated, c.Desired, width)
	if c.Desired == 0 && look == done {
		available, updated = width, width
	}
	if updated == 0 && c.Updated > 0 {
		updated = 1
	}
	half := s.Cyan
	switch look {
	case failing, failed:
		half = s.Red
	case waiting:
		half = s.Yellow
	default:
	}
	return s.Green(strings.Repeat(s.Glyphs.Full, available)) +
		half(strings.Repeat(s.Glyphs.Half, max(updated-available, 0))) +
		s.Faint(strings.Repeat(s.Glyphs.Empty, width-max(updated, available)))
}

// cells rounds down: a bar is full only when everything is done.
func cells(n, of int32, width int) int {
	if of <= 0 {
		return 0
	}
	return int(min(max(int64(n), 0), int64(of)) * int64(width) / int64(of))
}
