package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// summary says how a release ended: the verdict, the causes with their evidence as far as d wants
// them, and what to type next.
func summary(s *sheet, r rollout.Result, d detail) []string {
	s.Wrap = true
	lead := s.Red("error:") + " "
	good := r.Outcome == rollout.Succeeded || r.Outcome == rollout.Unchanged
	if good || unwaited(r) {
		lead = ""
	}
	for _, w := range r.Warnings {
		s.Warning(w)
	}
	s.Sentences(lead + verdict(r))
	if d.findings > 0 && !good {
		s.causes(r, d)
	}
	s.Next(nextCommands(r))
	if !good && !unwaited(r) {
		s.annotateResult(r)
	}
	return s.Lines
}

// unwaited: the rollout is in progress, and nobody asked to wait for it. That is no error.
func unwaited(r rollout.Result) bool {
	const inProgress = 7 // the exit code of rollout status --watch=false
	return r.Outcome == rollout.Undecided && r.ExitCode == inProgress
}

// mostCauses is how many workloads are shown in full: more would push the verdict away.
const mostCauses = 10

// causes adds the evidence; of several workloads by name and first of those that failed, while those that
// were only taken along are counted.
func (s *sheet) causes(r rollout.Result, d detail) {
	if len(r.Workloads) == 1 {
		s.workloadCauses("  ", &r.Workloads[0], d)
		return
	}
	named := layout.Namer(resultRefs(r))
	all := slices.Concat(
		selected(r, func(w *rollout.WorkloadResult) bool { return guilty(w) && w.Failed }),
		selected(r, func(w *rollout.WorkloadResult) bool { return guilty(w) && !w.Failed }),
	)
	shown := all[:min(len(all), mostCauses)]
	for _, w := range shown {
		s.Add("  " + layout.Join(layout.Gap, s.Bold(named(w.Ref)), ended(w)))
		s.workloadCauses("    ", w, d)
	}
	others := map[string]int{}
	for _, w := range selected(r, func(w *rollout.WorkloadResult) bool { return !slices.Contains(shown, w) }) {
		others[outcomeWords[w.Outcome]]++
	}
	var counted []string
	for _, word := range slices.Sorted(maps.Keys(others)) {
		counted = append(counted, fmt.Sprintf("%d %s", others[word], word))
	}
	if len(counted) > 0 {
		s.Add("  " + s.Faint("and "+strings.Join(counted, ", ")))
	}
}

// ended says how a workload of several was left. What has no verdict is said by its message alone.
func ended(w *rollout.WorkloadResult) string {
	if w.Outcome == rollout.Undecided && w.Message != "" {
		return term.Clean(w.Message)
	}
	return layout.Join(layout.Gap, outcomeWords[w.Outcome], term.Clean(w.Message))
}

func (s *sheet) workloadCauses(indent string, w *rollout.WorkloadResult, d detail) {
	s.findings(indent, w.Findings, d)
	if w.Rollback != nil {
		s.findings(indent+"  ", w.Rollback.Findings, d)
	}
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// nextCommands are the release's own or, where it has none, those of the decisive cause; of several causes the first
// command of each.
func nextCommands(r rollout.Result) []string {
	// What mends a cause is no advice about an object that is someone else's now.
	if len(r.Next) > 0 || r.Outcome == rollout.Succeeded || r.Outcome == rollout.Superseded {
		return r.Next
	}
	all := decisive(r)
	if len(all) == 1 {
		return all[0].Findings[0].Next
	}
	var commands []string
	for _, w := range all[:min(len(all), mostNames)] {
		if next := w.Findings[0].Next; len(next) > 0 && !slices.Contains(commands, next[0]) {
			commands = append(commands, next[0])
		}
	}
	return commands
}

func took(r rollout.Result) string { return clock(length(r)) }

func length(r rollout.Result) time.Duration {
	return time.Duration(r.DurationSeconds * float64(time.Second))
}
