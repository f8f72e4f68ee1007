package view

import (
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// status is how a workload looks, the one that needs a person most first.
type status int

const (
	failed status = iota
	failing
	superseded
	interrupted
	waiting
	progressing
	soaking
	done
)

var statusWords = map[status]string{
	failed: "failed", failing: "failing", superseded: "superseded", interrupted: "interrupted", waiting: "waiting",
	progressing: "progressing", soaking: "soaking", done: "done",
}

func statusOf(w *rollout.WorkloadState) status {
	switch w.Outcome {
	case rollout.Succeeded, rollout.Unchanged:
		return done
	case "":
	case rollout.Superseded:
		return superseded
	case rollout.Interrupted:
		return interrupted
	default:
		return failed
	}
	for _, f := range w.Findings {
		if f.Grade != diagnosis.Waiting {
			return failing
		}
	}
	switch {
	case len(w.Findings) > 0:
		return waiting
	case w.Phase == rollout.Soaking:
		return soaking
	default:
		return progressing
	}
}

// sign is the glyph of a status, in its colour.
func (s *sheet) sign(st status) string {
	switch st {
	case failed, failing:
		return s.Red(s.Glyphs.Bad)
	case superseded, interrupted, waiting:
		return s.Yellow(s.Glyphs.Wait)
	case done:
		return s.Green(s.Glyphs.Good)
	default:
		return s.Cyan(s.Glyphs.Busy)
	}
}

// worst is the status of a release: that of its worst workload.
func worst(all []rollout.WorkloadState) status {
	w := done
	for i := range all {
		w = min(w, statusOf(&all[i]))
	}
	return w
}
