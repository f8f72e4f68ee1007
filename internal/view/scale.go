package view

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// scaleChange is "2 -> 4 replicas".
func scaleChange(s *rollout.FromTo[int32]) string {
	if s.From == s.To {
		return replicas(s.To)
	}
	return fmt.Sprintf("%d -> %s", s.From, replicas(s.To))
}

func replicas(n int32) string { return workload.Plural(int(n), "replica", "replicas") }

// scaled tells whether a workload of a state, or the only one of it, is scaled.
func scaled(s *rollout.State, ref *workload.Ref) bool {
	for i := range s.Workloads {
		if w := &s.Workloads[i]; ref == nil || w.Target.Ref == *ref {
			return w.Scale != nil
		}
	}
	return false
}

// doneWord is the word for a change that succeeded.
func doneWord(scaled bool, o rollout.Outcome) string {
	if scaled && o == rollout.Succeeded {
		return "scaled"
	}
	return outcomeWords[o]
}

// scaledTo is what a scale has done: "scaled 2 -> 4 replicas in 0:02, 4 ready".
func scaledTo(w *rollout.WorkloadResult, took string) string {
	text := fmt.Sprintf("scaled %s in %s", scaleChange(w.Scale), took)
	if w.Scale.To > 0 {
		text += fmt.Sprintf(", %d ready", w.Replicas.Ready)
	}
	return text
}

// backTo is what a rollback restores.
func backTo(w *rollout.WorkloadResult, revision int64) string {
	if w.Scale != nil {
		return replicas(w.Scale.From)
	}
	return backTarget(revision, w.Images)
}

// scaleOf is " to 4 replicas" of a scale, and "" of any other change.
func scaleOf(w *rollout.WorkloadResult) string {
	if w == nil || w.Scale == nil {
		return ""
	}
	return " to " + replicas(w.Scale.To)
}
