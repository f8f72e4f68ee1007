package view

import (
	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

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
			text += "\n" + layout.Join(": ", layout.Join(", ", pods(f), culprit(f)), evidence)
		}
		s.Annotate("error", layout.Name(w.Ref)+": "+title, text)
	}
	if !annotated {
		s.Annotate("error", "", verdict(r))
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
