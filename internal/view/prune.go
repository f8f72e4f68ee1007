package view

import (
	"time"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

var pruneWords = map[secrets.PruneReason]string{
	secrets.PruneUnused: "unused",
	secrets.KeepInUse:   "in use",
	secrets.KeepYoung:   "too young",
}

// Prune writes each generated object of a kind, and what is to become of it.
func Prune(out *term.Output, kind string, rows []secrets.PruneRow, now time.Time) error {
	s := newSheet(out)
	if len(rows) == 0 {
		s.add("no " + kind + " here was generated")
		return writeLines(out, s.lines)
	}
	cells := make([][]cell, 0, len(rows))
	for _, r := range rows {
		paint := s.Faint
		if r.Reason == secrets.PruneUnused {
			paint = s.Yellow
		}
		cells = append(cells, []cell{{text: name(r.Ref)}, {text: age(r.Created, now), paint: s.Faint}, {text: pruneWords[r.Reason], paint: paint}})
	}
	s.table([]string{"NAME", "AGE", "STATE"}, cells)
	return writeLines(out, s.lines)
}
