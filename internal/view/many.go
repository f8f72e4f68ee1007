package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// many draws a release of several workloads: one line each, those that fail with their cause, and
// one line that sums up those for which the terminal is too low.
func many(s *sheet, f *Frame, release *rollout.State, height int) []string {
	all := release.Workloads
	parts := append([]string{s.Bold(plural(len(all), "workload", "workloads"))}, s.tally(all)...)
	s.flowTo(elapsed(s, f, release), parts...)
	s.add(s.bar(sum(release), min(s.head(), 48), worst(release)))
	if f.Release != nil {
		s.rows(failures(all), height/2)
		s.flowTo(s.Faint(clock(f.Now.Sub(f.State.Started))), append(
			[]string{s.Yellow(s.glyphs.Back) + " rolling back", s.Faint(whyBack)}, s.tally(f.State.Workloads)...)...)
		all = f.State.Workloads
	}
	s.rows(all, height)
	return s.lines[:max(min(len(s.lines), height), 0)]
}

// tally counts the workloads by status, in the order of the statuses, good ones last.
func (s *sheet) tally(all []rollout.WorkloadState) []string {
	var parts []string
	for st, n := range count(all) {
		if n == 0 {
			continue
		}
		text := fmt.Sprintf("%d %s", n, statusWords[status(st)])
		switch status(st) {
		case failed, failing:
			text = s.Red(text)
		case waiting:
			text = s.Yellow(text)
		case done:
			text = s.Green(text)
		}
		parts = append(parts, text)
	}
	return parts
}

func count(all []rollout.WorkloadState) [done + 1]int {
	var n [done + 1]int
	for i := range all {
		n[statusOf(&all[i])]++
	}
	return n
}

func failures(all []rollout.WorkloadState) []rollout.WorkloadState {
	return slices.DeleteFunc(slices.Clone(all), func(w rollout.WorkloadState) bool { return statusOf(&w) > failing })
}

// rows adds a row for each workload, up to height lines on the sheet. If not all fit, the worst are
// chosen, but they stay in the order in which they were asked for: nothing jumps about.
func (s *sheet) rows(all []rollout.WorkloadState, height int) {
	column := s.columns(all)
	blocks := make([][]string, len(all))
	room := height - len(s.lines)
	total := 0
	for i := range all {
		blocks[i] = s.row(&all[i], column)
		total += len(blocks[i])
	}
	chosen := make([]bool, len(all))
	if total > room {
		room-- // for the line that sums up
	}
	for _, i := range byStatus(all) {
		if len(blocks[i]) > room {
			blocks[i] = blocks[i][:1]
		}
		if len(blocks[i]) <= room {
			chosen[i] = true
			room -= len(blocks[i])
		}
	}
	var rest []rollout.WorkloadState
	for i := range all {
		if chosen[i] {
			s.lines = append(s.lines, blocks[i]...)
		} else {
			rest = append(rest, all[i])
		}
	}
	if len(rest) > 0 {
		s.add(s.Faint("  and "+plural(len(rest), "more", "more")+": ") + strings.Join(s.tally(rest), ", "))
	}
}

// byStatus returns the indices, the worst first, and else as they came.
func byStatus(all []rollout.WorkloadState) []int {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(statusOf(&all[a])) - int(statusOf(&all[b])) })
	return order
}

// columns is where the parts of a row begin.
type columns struct {
	name   func(*rollout.WorkloadState) string
	names  int
	counts int
	bar    int
}

func (s *sheet) columns(all []rollout.WorkloadState) columns {
	state := rollout.State{Workloads: all}
	named := namer(stateRefs(&state))
	c := columns{name: func(w *rollout.WorkloadState) string { return named(w.Target.Ref) }, bar: 10}
	for i := range all {
		c.names = max(c.names, term.Width(c.name(&all[i])))
		c.counts = max(c.counts, len(ofDesired(all[i].Counts)))
	}
	if s.width > 0 {
		if s.width < 60 {
			c.bar = 5
		}
		c.names = max(min(c.names, s.width-c.bar-c.counts-2-2*len(gap)), 8)
	}
	return c
}

func ofDesired(c rollout.Counts) string { return fmt.Sprintf("%d of %d", c.Available, c.Desired) }

func (s *sheet) row(w *rollout.WorkloadState, c columns) []string {
	st := statusOf(w)
	label := term.Pad(term.Cut(c.name(w), c.names, s.glyphs.Ellipsis), c.names)
	if st <= failing {
		label = s.Bold(label)
	}
	b := s.blank(s.width)
	b.add(s.sign(st) + " " + label + gap + s.bar(w.Counts, c.bar, st) + gap +
		term.PadLeft(ofDesired(w.Counts), c.counts) + gap + s.rowNote(w, st))
	if st <= failing {
		b.findings("    ", w.Findings, detail{findings: 1, messageLines: 1, logs: 1})
	}
	return b.lines
}

// rowNote is what there is to say about a workload in few words.
func (s *sheet) rowNote(w *rollout.WorkloadState, st status) string {
	switch {
	case st == failed && len(w.Findings) == 0:
		return s.Red(outcomeWords[w.Outcome]) + gap + term.Clean(w.Message)
	case st == waiting:
		return s.Yellow(string(w.Findings[0].Cause))
	case st == soaking:
		return s.Faint("soaking")
	default:
		return s.Faint(imageChange(w.ImagesFrom, w.ImagesTo))
	}
}
