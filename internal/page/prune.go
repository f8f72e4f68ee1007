package page

import (
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
)

// Prune writes each generated object of a kind, and what is to become of it. A person confirms this list: on a terminal
// that is too narrow for the table, it has a second line for each object, and nothing is cut.
func Prune(out *term.Output, kind string, rows []consumers.PruneRow, now time.Time) error {
	s := newSheet(out)
	if len(rows) == 0 {
		s.Add("no versions of any " + kind + " in this namespace (set " + strings.ToLower(kind) + " --versioned creates them)")
		return layout.WriteLines(out, s.Lines)
	}
	cells := make([][]layout.Cell, 0, len(rows))
	for _, r := range rows {
		paint := s.Faint
		if r.Reason == consumers.PruneUnused {
			paint = s.Yellow
		}
		cells = append(cells, []layout.Cell{{Text: layout.Name(r.Ref)}, {Text: age(r.Created, now), Paint: s.Faint}, {Text: pruneState(&r), Paint: paint}})
	}
	header := []string{"NAME", "AGE", "STATE"}
	if s.Wrap = !s.Fits(header, cells, 1); !s.Wrap {
		s.Table(header, cells)
		return layout.WriteLines(out, s.Lines)
	}
	for _, row := range cells {
		s.Add(row[0].Text)
		for i, line := range term.Wrap(row[1].Text+layout.Gap+row[2].Text, s.Width-4) {
			s.Add(strings.Repeat("  ", min(i+1, 2)) + row[2].Paint(line))
		}
	}
	return layout.WriteLines(out, s.Lines)
}

func pruneState(r *consumers.PruneRow) string {
	switch {
	case r.Reason == consumers.PruneUnused:
		return "unused"
	case r.Reason == consumers.KeepYoung:
		return "kept: too young"
	case r.Keeper.Revision > 0:
		return fmt.Sprintf("kept: revision %d of %s", r.Keeper.Revision, r.Keeper)
	}
	return "kept: " + r.Keeper.String()
}
