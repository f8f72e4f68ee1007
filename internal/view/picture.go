package view

import (
	"cmp"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// details are tried in turn until the picture fits the terminal.
var details = []detail{
	{findings: 3, messageLines: 3, logs: 5},
	{findings: 3, messageLines: 2, logs: 2},
	{findings: 2, messageLines: 1, logs: 1},
	{findings: 1, messageLines: 1, logs: 1},
}

// picture draws a frame in at most height lines.
func picture(s *sheet, f *Frame, height int) []string {
	s.now = f.Now
	release := &f.State
	if f.Release != nil {
		release = f.Release
	}
	if len(release.Workloads) > 1 {
		return many(s, f, release, height)
	}
	for _, d := range details {
		s.Lines = nil
		one(s, f, release, d)
		if len(s.Lines) <= height {
			break
		}
	}
	return s.Lines[:max(min(len(s.Lines), height), 0)]
}

// one draws a release of one workload.
func one(s *sheet, f *Frame, release *rollout.State, d detail) {
	w := &release.Workloads[0]
	parts := append([]string{s.Bold(layout.Name(w.Target.Ref))}, changeParts(w)...)
	s.FlowTo(elapsed(s, f, release), append(parts, s.Faint(revisionChange(w.RevisionFrom, w.RevisionTo)))...)
	if f.Release == nil {
		s.progress("", w)
		s.findings("", w.Findings, d)
		s.outcome(w, release, f.Now)
		return
	}
	// Its counts are those of the moment at which it failed: no bar, which would seem to move on.
	ended := outcomeWords[cmp.Or(w.Outcome, release.Outcome)]
	at := shortCounts(w.Counts)
	at[0] = s.Red(ended) + " at " + at[0]
	s.Flow(s.sign(failed)+" ", "  ", append(at, term.Clean(w.Message))...)
	s.findings("", w.Findings, d)
	back := &f.State.Workloads[0]
	s.FlowTo(s.Faint(clock(f.Now.Sub(f.State.Started))), s.backParts(w, back)...)
	if !w.Created() {
		s.progress("  ", back)
		s.findings("  ", back.Findings, d)
	}
	if st := statusOf(back); st <= interrupted || st == soaking {
		s.outcome(back, &f.State, f.Now)
	}
}

// elapsed is "0:14 of 10:00" while only the deadline ends the watch, and the bare time else.
func elapsed(s *sheet, f *Frame, release *rollout.State) string {
	text := s.Bold(clock(f.Now.Sub(release.Started)))
	if f.Release != nil || release.Outcome != "" || firstDecision(release.Workloads) != nil {
		return text
	}
	if deadline := deadline(release); !deadline.IsZero() {
		text += s.Faint(" of " + clock(deadline.Sub(release.Started)))
	}
	return text
}

// deadline is when the first workload that is still open runs out of time.
func deadline(s *rollout.State) time.Time {
	var first time.Time
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if w.Outcome != "" || w.Phase != rollout.Progressing || w.Deadline.IsZero() {
			continue
		}
		if first.IsZero() || w.Deadline.Before(first) {
			first = w.Deadline
		}
	}
	return first
}

// progress adds the bar and the counts of a workload.
func (s *sheet) progress(indent string, w *rollout.WorkloadState) {
	width := s.barWidth()
	parts := []string{s.bar(w.Counts, width, statusOf(w))}
	if seen(w) {
		parts = append(parts, countParts(w.Counts)...)
	}
	s.Flow(indent, indent+strings.Repeat(" ", width)+layout.Gap, parts...)
}

// seen tells whether the counts are known: before the first look they are all 0.
func seen(w *rollout.WorkloadState) bool { return w.Outcome != "" || w.Counts != rollout.Counts{} }

// barWidth is that of the one bar of a workload or of a release.
func (s *sheet) barWidth() int {
	const usual, narrow = 24, 10
	if s.Width > 0 && s.Width < 60 {
		return narrow
	}
	return usual
}

// outcome adds the verdict, or the soak before it. A failure with a cause in sight needs no word.
func (s *sheet) outcome(w *rollout.WorkloadState, release *rollout.State, now time.Time) {
	text := term.Clean(w.Message)
	switch {
	case statusOf(w) == done:
		s.Flow(s.sign(done)+" ", "  ", s.Green(doneWord(w.Scale != nil, w.Outcome)), text)
	case w.Outcome != "" && text == "" && len(w.Findings) > 0:
	case statusOf(w) == superseded, statusOf(w) == interrupted:
		s.Flow(s.sign(statusOf(w))+" ", "  ", s.Yellow(outcomeWords[w.Outcome]), text)
	case w.Outcome != "":
		s.Flow(s.sign(failed)+" ", "  ", s.Red(outcomeWords[w.Outcome]), text)
	case statusOf(w) == soaking: // while something speaks against it there is no soak to count
		left := release.Policy.Soak - now.Sub(w.CompleteSince)
		s.Flow(s.sign(soaking)+" ", "  ", "complete", "soaking for "+countdown(left)+" more")
	}
}
