package view

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// History writes the revisions of a workload as a table: on a terminal as wide as that is,
// elsewhere whole.
func History(out *term.Output, rows []rollout.HistoryRow, now time.Time) error {
	s := newSheet(out)
	// A narrow terminal has no room for why; the verdict matters more.
	header := []string{"REVISION", "AGE", "IMAGES", "VERDICT"}
	withCause := s.width == 0 || s.width >= 60
	if withCause {
		header = slices.Insert(header, 3, "CHANGE-CAUSE")
	}
	cells := make([][]cell, len(rows))
	for i, r := range rows {
		revision := strconv.FormatInt(r.Revision, 10)
		if r.Current && out.IsTerminal() { // elsewhere the column stays a number
			revision += " *"
		}
		cells[i] = []cell{
			{text: revision, paint: s.currentPaint(r.Current)},
			{text: duration.HumanDuration(now.Sub(r.Created)), paint: s.Faint},
			{text: historyImages(r.Images, out.IsTerminal())},
			{text: orNone(stampText(r.Verdict)), paint: s.verdictPaint(r.Verdict)},
		}
		if withCause {
			cells[i] = slices.Insert(cells[i], 3, cell{text: orNone(r.ChangeCause)})
		}
	}
	s.table(header, cells, 2)
	return writeLines(out, s.lines)
}

// historyImages are short for a person, and whole for a script.
func historyImages(of map[string]string, short bool) string {
	var all []string
	for _, container := range slices.Sorted(maps.Keys(of)) {
		image := term.Clean(of[container])
		if short {
			image = shortImage(image)
		}
		if !slices.Contains(all, image) {
			all = append(all, image)
		}
	}
	return strings.Join(all, ",")
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

// stampText is a stamp in words: "good", or "failed: CrashLoop".
func stampText(stamp *rollout.Stamp) string {
	if stamp == nil {
		return ""
	}
	return join(": ", string(stamp.Outcome), string(stamp.Cause))
}

func (s *sheet) verdictPaint(stamp *rollout.Stamp) func(string) string {
	switch {
	case stamp == nil, stamp.Outcome == rollout.StampComplete:
		return s.Faint
	case stamp.Outcome == rollout.StampGood:
		return s.Green
	default:
		return s.Red
	}
}
