package view

import (
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// Quiet shows no progress, only how a release ended that did not succeed.
func Quiet(out *term.Output) View { return quiet{out: out} }

type quiet struct {
	none
	out *term.Output
}

func (q quiet) Finish(r rollout.Result) error {
	if r.Outcome == rollout.Succeeded || r.Outcome == rollout.Unchanged {
		return nil
	}
	return writeLines(q.out, summary(newSheet(q.out), r, everything))
}
