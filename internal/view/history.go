package view

import (
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// HistoryRow is one revision of a workload.
type HistoryRow struct {
	Revision    int64
	Created     time.Time
	Images      map[string]string // by container
	ChangeCause string
	// Verdict is what was stamped on the revision: an outcome, a cause, or nothing.
	Verdict string
	// Current is the revision that the workload is at.
	Current bool
}

// History writes the revisions of a workload as a table: on a terminal as wide as that is,
// elsewhere whole.
func History(out *term.Output, rows []HistoryRow, now time.Time) error {
	s := newSheet(out)
	cells := make([][]cell, len(rows))
	for i, r := range rows {
		revision := strconv.FormatInt(r.Revision, 10)
		if r.Current {
			revision += " *"
		}
		cells[i] = []cell{
			{text: revision, paint: s.currentPaint(r.Current)},
			{text: duration.HumanDuration(now.Sub(r.Created)), paint: s.Faint},
			{text: images(r.Images)},
			{text: orNone(r.ChangeCause)},
			{text: orNone(r.Verdict), paint: s.verdictPaint(r.Verdict)},
		}
	}
	s.table([]string{"REVISION", "AGE", "IMAGES", "CHANGE-CAUSE", "VERDICT"}, cells, map[int]bool{2: true, 3: true, 4: true})
	return writeLines(out, s.lines)
}

// orNone shows what is not there as kubectl does.
func orNone(text string) string {
	if text = term.Clean(text); text != "" {
		return text
	}
	return "<none>"
}

func (s *sheet) currentPaint(current bool) func(string) string {
	if current {
		return s.Bold
	}
	return nil
}

func (s *sheet) verdictPaint(verdict string) func(string) string {
	switch rollout.Outcome(verdict) {
	case "":
		return s.Faint
	case rollout.Succeeded:
		return s.Green
	default:
		return s.Red
	}
}
