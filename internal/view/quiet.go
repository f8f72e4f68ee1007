package view

import (
	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// Quiet shows no progress, only warnings, and how a release ended that did not succeed.
func Quiet(out *term.Output) View { return quiet{out: out} }

// Verdict shows no progress, only warnings, and how a release ended.
func Verdict(out *term.Output) View { return quiet{out: out, success: true} }

type quiet struct {
	none
	out     *term.Output
	success bool
}

func (q quiet) Show(f Frame) error {
	s := newSheet(q.out)
	for i := range f.Events {
		if f.Events[i].Type == rollout.EventWarning {
			s.Warning(f.Events[i].Message)
		}
	}
	return layout.WriteLines(q.out, s.Lines)
}

func (q quiet) Finish(r rollout.Result) error {
	if !q.success && (r.Outcome == rollout.Succeeded || r.Outcome == rollout.Unchanged) {
		return nil
	}
	return layout.WriteLines(q.out, summary(newSheet(q.out), r, everything))
}
