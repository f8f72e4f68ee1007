package view

import (
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// The escapes of a workflow command
// (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
var (
	annotationText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	annotationProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// annotate adds a line that GitHub Actions shows beside its run, where it reads the stream. Such a line is
// never wrapped or cut.
func (s *sheet) annotate(level, title, text string) {
	if !s.annotates {
		return
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := range lines {
		lines[i] = term.Clean(lines[i])
	}
	command := "::" + level
	if title != "" {
		command += " title=" + annotationProperty.Replace(term.Clean(title))
	}
	s.lines = append(s.lines, command+"::"+annotationText.Replace(strings.Join(lines, "\n")))
}

// annotateResult adds one error for each workload that failed, or one for the release where none did. Logs
// are left out, for an annotation is shown to more people than a log.
func (s *sheet) annotateResult(r rollout.Result) {
	annotated := false
	for i := range r.Workloads {
		w := &r.Workloads[i]
		if len(r.Workloads) > 1 && !guilty(w) {
			continue
		}
		annotated = true
		title, text := outcomeWords[w.Outcome], verdict(alone(r, w))
		if len(w.Findings) > 0 {
			f := &w.Findings[0]
			evidence := term.Clean(f.PublicMessage())
			if f.ExitCode != nil { // culprit says it
				evidence = ""
			}
			title = string(f.Cause)
			text += "\n" + join(": ", join(", ", pods(f), culprit(f)), evidence)
		}
		s.annotate("error", name(w.Ref)+": "+title, text)
	}
	if !annotated {
		s.annotate("error", "", verdict(r))
	}
}

// alone is the result as if one of its workloads had been all of it.
func alone(r rollout.Result, w *rollout.WorkloadResult) rollout.Result {
	if len(r.Workloads) > 1 {
		r.Outcome, r.Message = w.Outcome, ""
		r.Workloads = []rollout.WorkloadResult{*w}
	}
	return r
}
