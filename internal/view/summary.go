package view

import (
	"fmt"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// summary says how a release ended: the verdict, the causes with their evidence as far as d wants
// them, and what to type next.
func summary(s *sheet, r rollout.Result, d detail) []string {
	lead := s.Red("error:") + " "
	if r.Outcome == rollout.Succeeded || r.Outcome == rollout.Unchanged {
		lead = ""
	}
	for _, w := range r.Warnings {
		s.warning(w)
	}
	sentences(s, lead+verdict(r))
	if d.findings > 0 {
		s.causes(r, d)
	}
	s.next(nextCommands(r))
	return s.lines
}

// sentences adds prose, wrapped.
func sentences(s *sheet, text string) {
	first := true
	s.wrapped(func() string {
		if first {
			first = false
			return ""
		}
		return "  "
	}, text, 20)
}

// mostCauses is how many failed workloads are shown in full: more would push the verdict away.
const mostCauses = 10

func (s *sheet) causes(r rollout.Result, d detail) {
	named := namer(resultRefs(r))
	shown := 0
	for i := range r.Workloads {
		w := &r.Workloads[i]
		if len(w.Findings) == 0 && (w.Message == "" || len(r.Workloads) == 1) && w.Rollback == nil {
			continue
		}
		if r.Outcome == rollout.Succeeded {
			continue
		}
		if shown++; shown > mostCauses {
			continue
		}
		indent := ""
		if len(r.Workloads) > 1 {
			s.add("  " + s.Bold(named(w.Ref)) + gap + outcomeWords[w.Outcome] + prefixed(gap, term.Clean(w.Message)))
			indent = "  "
		}
		s.findings(indent+"  ", w.Findings, d)
		if w.Rollback != nil {
			s.findings(indent+"    ", w.Rollback.Findings, d)
		}
	}
	if shown > mostCauses {
		s.add(s.Faint(fmt.Sprintf("  and %d more, which -o result lists", shown-mostCauses)))
	}
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// next adds commands to type. They are never cut or wrapped: they are there to be copied.
func (s *sheet) next(commands []string) {
	for i, c := range commands {
		lead := "next: "
		if i > 0 {
			lead = "      "
		}
		s.lines = append(s.lines, "  "+s.Faint(lead)+term.Clean(c))
	}
}

// nextCommands are the release's own or, where it has none, those of the decisive findings.
func nextCommands(r rollout.Result) []string {
	if len(r.Next) > 0 {
		return r.Next
	}
	if r.Outcome == rollout.Succeeded {
		return nil
	}
	for _, w := range r.Workloads {
		for _, f := range w.Findings {
			if len(f.Next) > 0 {
				return f.Next
			}
		}
	}
	return nil
}

func (s *sheet) warning(text string) {
	sentences(s, s.Yellow("warning:")+" "+term.Clean(text))
}

func resultRefs(r rollout.Result) []workload.Ref {
	refs := make([]workload.Ref, len(r.Workloads))
	for i := range r.Workloads {
		refs[i] = r.Workloads[i].Ref
	}
	return refs
}

func took(r rollout.Result) string {
	return clock(time.Duration(r.DurationSeconds * float64(time.Second)))
}
