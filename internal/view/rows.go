package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// rows adds a row for each workload, up to height lines on the sheet. If not all fit, the worst are
// chosen, but they stay in the order in which they were asked for: nothing jumps about.
func (s *sheet) rows(all []rollout.WorkloadState, height int) {
	if len(all) == 0 {
		return
	}
	c := s.columns(all)
	blocks := make([][]string, len(all))
	total, room := 0, height-len(s.Lines)
	for i := range all {
		blocks[i] = s.row(&all[i], c)
		total += len(blocks[i])
	}
	if total > room {
		room-- // for the line that sums up
	}
	chosen := choose(all, blocks, room)
	var rest []rollout.WorkloadState
	for i := range all {
		if chosen[i] {
			s.Lines = append(s.Lines, blocks[i]...)
		} else {
			rest = append(rest, all[i])
		}
	}
	if len(rest) > 0 {
		s.Add(s.Faint(fmt.Sprintf("  and %d more: ", len(rest))) + strings.Join(s.tally(rest, done), ", "))
	}
}

// choose takes the worst first. A block that is too high for what room is left loses its evidence.
func choose(all []rollout.WorkloadState, blocks [][]string, room int) []bool {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(statusOf(&all[a]), statusOf(&all[b])) })
	chosen := make([]bool, len(all))
	for _, i := range order {
		if room <= 0 {
			break
		}
		if len(blocks[i]) > room {
			blocks[i] = blocks[i][:1]
		}
		chosen[i] = true
		room -= len(blocks[i])
	}
	return chosen
}

// columns is where the parts of a row begin, and what they leave out.
type columns struct {
	name               func(*rollout.WorkloadState) string
	names, bar, counts int
	note               int // what room is left
	images             bool
}

func (s *sheet) columns(all []rollout.WorkloadState) columns {
	c := columns{name: rowNamer(all), bar: 10, note: 200, images: sameChange(all) == ""}
	for i := range all {
		c.names = max(c.names, term.Width(c.name(&all[i])))
		c.counts = max(c.counts, len(ofDesired(all[i].Counts)))
	}
	if s.Width == 0 {
		return c
	}
	if s.Width < 60 {
		c.bar = 5
	}
	const sign = 2
	c.names = max(min(c.names, s.Width-sign-c.bar-c.counts-2*len(layout.Gap)), 8)
	c.note = s.Width - sign - c.names - c.bar - c.counts - 3*len(layout.Gap)
	return c
}

// rowNamer leaves out the kind where it is the same everywhere.
func rowNamer(all []rollout.WorkloadState) func(*rollout.WorkloadState) string {
	state := rollout.State{Workloads: all}
	named := layout.Namer(stateRefs(&state))
	kind, same := commonKind(all)
	return func(w *rollout.WorkloadState) string {
		if same {
			return strings.Replace(named(w.Target.Ref), kind+"/", "", 1)
		}
		return named(w.Target.Ref)
	}
}

func ofDesired(c rollout.Counts) string { return fmt.Sprintf("%d of %d", c.Available, c.Desired) }

func (s *sheet) row(w *rollout.WorkloadState, c columns) []string {
	st := statusOf(w)
	label := term.Pad(term.Cut(c.name(w), c.names, s.Glyphs.Ellipsis), c.names)
	if st <= superseded {
		label = s.Bold(label)
	}
	line := s.sign(st) + " " + label + layout.Gap + s.bar(w.Counts, c.bar, st) + layout.Gap + term.PadLeft(ofDesired(w.Counts), c.counts)
	if note := s.rowNote(w, st, c); c.note >= min(term.Width(note), 8) {
		line += layout.Gap + note
	}
	b := &sheet{Sheet: s.Blank(s.Width)} // without the time: the line of all workloads says when it is decided
	b.Add(line)
	if st <= superseded {
		b.findings("  ", w.Findings, detail{findings: 1, messageLines: 1, logs: 1, unsigned: true})
	}
	return b.Lines
}

// rowNote is what there is to say about a workload in few words.
func (s *sheet) rowNote(w *rollout.WorkloadState, st status, c columns) string {
	switch {
	case st == superseded && len(w.Findings) == 0:
		return s.Yellow(layout.Join(": ", outcomeWords[w.Outcome], term.Clean(w.Message)))
	case st == superseded, st == interrupted:
		return s.Yellow(outcomeWords[w.Outcome])
	case st == failed && len(w.Findings) == 0:
		return s.Red(layout.Join(": ", outcomeWords[w.Outcome], term.Clean(w.Message)))
	case st == waiting:
		return s.Yellow(string(w.Findings[0].Cause))
	case st == soaking:
		return s.Faint("soaking")
	case c.images:
		note := layout.Join(layout.Gap, changeParts(w)...)
		if _, after := workload.ChangedImages(w.ImagesFrom, w.ImagesTo); term.Width(note) > c.note && len(after) > 0 {
			note = images(after) // cut off, the old image alone would be left
		}
		return s.Faint(note)
	default:
		return ""
	}
}
