package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// summary says how a release ended: the verdict, the causes with their evidence as far as d wants
// them, and what to type next.
func summary(s *sheet, r rollout.Result, d detail) []string {
	s.whole = true
	lead := s.Red("error:") + " "
	good := r.Outcome == rollout.Succeeded || r.Outcome == rollout.Unchanged
	if good || unwaited(r) {
		lead = ""
	}
	for _, w := range r.Warnings {
		s.warning(w)
	}
	sentences(s, lead+verdict(r))
	if d.findings > 0 && !good {
		s.causes(r, d)
	}
	s.next(nextCommands(r))
	if !good && !unwaited(r) {
		s.annotateResult(r)
	}
	return s.lines
}

// unwaited: the rollout is in progress, and nobody asked to wait for it. That is no error.
func unwaited(r rollout.Result) bool {
	const inProgress = 7 // the exit code of rollout status --watch=false
	return r.Outcome == rollout.Undecided && r.ExitCode == inProgress
}

// sentences adds prose, wrapped; what follows the first line is further in.
func sentences(s *sheet, text string) {
	lines := []string{text}
	if s.width > 2 {
		lines = term.Wrap(text, s.width-2)
	}
	for i, line := range lines {
		if i > 0 {
			line = "  " + line
		}
		s.add(line)
	}
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
	named := namer(resultRefs(r))
	all := slices.Concat(
		selected(r, func(w *rollout.WorkloadResult) bool { return guilty(w) && w.Failed }),
		selected(r, func(w *rollout.WorkloadResult) bool { return guilty(w) && !w.Failed }),
	)
	shown := all[:min(len(all), mostCauses)]
	for _, w := range shown {
		s.add("  " + join(gap, s.Bold(named(w.Ref)), outcomeWords[w.Outcome], term.Clean(w.Message)))
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
		s.add("  " + s.Faint("and "+strings.Join(counted, ", ")))
	}
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

// next adds commands to type. They are never cut: they are there to be copied.
func (s *sheet) next(commands []string) {
	lead := "  " + s.Faint("next: ")
	for _, c := range commands {
		for _, line := range s.continued(term.Clean(c)) {
			s.lines = append(s.lines, lead+line)
			lead = "        "
		}
	}
}

// continued breaks a command that is too wide as a shell takes it: between its words, with a backslash.
func (s *sheet) continued(command string) []string {
	const indent, slash = 8, ` \`
	if s.width == 0 || indent+term.Width(command) <= s.width || !strings.HasPrefix(command, "kubectl ") {
		return []string{command}
	}
	var lines []string
	line := ""
	for _, word := range shellWords(command) {
		if line != "" && indent+term.Width(line+" "+word+slash) > s.width {
			lines, line = append(lines, line+slash), "  "+word
			continue
		}
		line = join(" ", line, word)
	}
	return append(lines, line)
}

// shellWords splits a command at the spaces that are not within quotes.
func shellWords(command string) []string {
	quote := rune(0)
	return strings.FieldsFunc(command, func(r rune) bool {
		switch {
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case r == quote:
			quote = 0
		}
		return quote == 0 && r == ' '
	})
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
		commands = append(commands, w.Findings[0].Next[:min(len(w.Findings[0].Next), 1)]...)
	}
	return slices.Compact(commands)
}

func (s *sheet) warning(text string) {
	sentences(s, s.Yellow("warning:")+" "+term.Clean(text))
	s.annotate("warning", "", text)
}

func resultRefs(r rollout.Result) []workload.Ref {
	refs := make([]workload.Ref, len(r.Workloads))
	for i := range r.Workloads {
		refs[i] = r.Workloads[i].Ref
	}
	return refs
}

func took(r rollout.Result) string { return clock(length(r)) }

func length(r rollout.Result) time.Duration {
	return time.Duration(r.DurationSeconds * float64(time.Second))
}
