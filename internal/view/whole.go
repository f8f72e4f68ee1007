package view

import (
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// holds tells whether a picture shows all that a result rests on: each cause, with its message and its
// log. Where a line was wrapped makes no difference.
func holds(picture []string, bar string, r rollout.Result) bool {
	text := unbroken(picture, bar)
	for i := range r.Workloads {
		w := &r.Workloads[i]
		if len(r.Workloads) > 1 && !guilty(w) {
			continue
		}
		if len(r.Workloads) > 1 && !strings.Contains(text, unspaced(w.Message)) { // of one the verdict has it
			return false
		}
		found := w.Findings
		if w.Rollback != nil {
			found = append(found[:len(found):len(found)], w.Rollback.Findings...)
		}
		for i := range found {
			f := &found[i]
			for _, part := range append([]string{string(f.Cause), culprit(f), message(f)}, lastLogs(f, everything.logs)...) {
				if !strings.Contains(text, unspaced(part)) {
					return false
				}
			}
		}
	}
	return true
}

// unbroken joins the lines of a picture without the exemplars at their left.
func unbroken(lines []string, bar string) string {
	var b strings.Builder
	for _, line := range lines {
		line = term.Clean(line)
		if _, after, found := strings.Cut(line, bar+" "); found {
			line = after
		}
		b.WriteString(unspaced(line))
	}
	return b.String()
}

func unspaced(s string) string { return strings.Join(strings.Fields(term.Clean(s)), "") }
