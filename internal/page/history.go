package page

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// History writes the revisions of a workload as a table: on a terminal as wide as that is,
// elsewhere whole. The verdict is never cut: the change-cause gives way first, then the images.
func History(out *term.Output, rows []rollout.HistoryRow, now time.Time) error {
	s := newSheet(out)
	header := []string{"REVISION", "AGE", "IMAGES", "CHANGE-CAUSE", "VERDICT"}
	cells := make([][]layout.Cell, len(rows))
	for i, r := range rows {
		revision := strconv.FormatInt(r.Revision, 10)
		if r.Current && out.IsTerminal() { // elsewhere the column stays a number
			revision += " *"
		}
		cells[i] = []layout.Cell{
			{Text: revision, Paint: s.currentPaint(r.Current)},
			{Text: duration.HumanDuration(now.Sub(r.Created)), Paint: s.Faint},
			{Text: historyImages(r.Images, out.IsTerminal())},
			{Text: orNone(causeOf(rows, i))},
			{Text: orNone(verdictText(r.Verdict)), Paint: s.verdictPaint(r.Verdict)},
		}
	}
	if !s.Fits(header, cells, 3, 2) {
		s.stacked(header, cells)
		return layout.WriteLines(out, s.Lines)
	}
	s.Table(header, cells, 3, 2)
	return layout.WriteLines(out, s.Lines)
}

// causeOf is the change-cause of a row. A change by others leaves the annotation as it is, so that the next revision has the
// cause of the one before: that is said in place of a wrong cause.
func causeOf(rows []rollout.HistoryRow, i int) string {
	cause := rows[i].ChangeCause
	for before := range i {
		if cause != "" && rows[before].ChangeCause == cause {
			return fmt.Sprintf("(as revision %d)", rows[before].Revision)
		}
	}
	return cause
}

// stacked is a table for a narrow terminal: verdict and change-cause stand below their revision.
func (s *sheet) stacked(header []string, rows [][]layout.Cell) {
	const indent = "  "
	var top [][]layout.Cell
	for _, row := range rows {
		top = append(top, row[:3])
	}
	upper := s.Blank(s.Width)
	upper.Table(header[:3], top, 2)
	s.Add(upper.Lines[0])
	for i, row := range rows {
		s.Add(upper.Lines[i+1])
		for _, c := range []layout.Cell{row[4], row[3]} {
			if c.Text == noText {
				continue
			}
			text := s.Cut(indent + c.Text)
			if c.Paint != nil {
				text = c.Paint(text)
			}
			s.Add(text)
		}
	}
}

// historyImages are short for a person, and whole for a script.
func historyImages(of map[string]string, short bool) string {
	var all []string
	for _, container := range slices.Sorted(maps.Keys(of)) {
		image := term.Clean(of[container])
		if short {
			image = layout.ShortImage(image)
		}
		if !slices.Contains(all, image) {
			all = append(all, image)
		}
	}
	return strings.Join(all, ",")
}

const noText = "<none>"

// orNone shows what is not there as kubectl does.
func orNone(text string) string {
	if text = term.Clean(text); text != "" {
		return text
	}
	return noText
}

func (s *sheet) currentPaint(current bool) func(string) string {
	if current {
		return s.Bold
	}
	return nil
}

// verdictText is a verdict in words: "good", or "failed: CrashLoop".
func verdictText(verdict *rollout.VerdictAnnotation) string {
	if verdict == nil {
		return ""
	}
	return layout.Join(": ", string(verdict.Outcome), string(verdict.Cause))
}

func (s *sheet) verdictPaint(verdict *rollout.VerdictAnnotation) func(string) string {
	switch {
	case verdict == nil, verdict.Outcome == rollout.VerdictComplete:
		return s.Faint
	case verdict.Outcome == rollout.VerdictGood:
		return s.Green
	default:
		return s.Red
	}
}
