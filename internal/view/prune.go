package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Prune writes each generated object of a kind, and what is to become of it. A person confirms this list: on a terminal
// that is too narrow for the table, it has a second line for each object, and nothing is cut.
func Prune(out *term.Output, kind string, rows []secrets.PruneRow, now time.Time) error {
	s := newSheet(out)
	if len(rows) == 0 {
		s.add("no versions of any " + kind + " in this namespace (set " + strings.ToLower(kind) + " --versioned creates them)")
		return writeLines(out, s.lines)
	}
	cells := make([][]cell, 0, len(rows))
	for _, r := range rows {
		paint := s.Faint
		if r.Reason == secrets.PruneUnused {
			paint = s.Yellow
		}
		cells = append(cells, []cell{{text: name(r.Ref)}, {text: age(r.Created, now), paint: s.Faint}, {text: pruneState(&r), paint: paint}})
	}
	header := []string{"NAME", "AGE", "STATE"}
	if s.whole = !s.fits(header, cells, 1); !s.whole {
		s.table(header, cells)
		return writeLines(out, s.lines)
	}
	for _, row := range cells {
		s.add(row[0].text)
		for i, line := range term.Wrap(row[1].text+gap+row[2].text, s.width-4) {
			s.add(strings.Repeat("  ", min(i+1, 2)) + row[2].paint(line))
		}
	}
	return writeLines(out, s.lines)
}

func pruneState(r *secrets.PruneRow) string {
	switch {
	case r.Reason == secrets.PruneUnused:
		return "unused"
	case r.Reason == secrets.KeepYoung:
		return "kept: too young"
	case r.Keeper.Revision > 0:
		return fmt.Sprintf("kept: revision %d of %s", r.Keeper.Revision, r.Keeper)
	}
	return "kept: " + r.Keeper.String()
}
