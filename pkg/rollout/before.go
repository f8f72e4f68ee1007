package rollout

import "github.com/kubectl-app/kubectl-app/pkg/workload"

// Capture records a workload before its change.
func Capture(w *workload.Workload, revisions []workload.Revision) *Before {
	b := &Before{Workload: w}
	if current := workload.Current(w, revisions); current != nil {
		r := *current
		b.Revision = &r
	}
	b.Serving = serving(w, b.Revision)
	return b
}

// serving tells whether the captured template itself is worth going back to: its own pods were
// available, as many as the strategy demands and at least one. The condition Available does not
// say so, since the pods of an older revision keep it true while the newest one fails. A workload
// scaled to 0 proves nothing about its template, so it does not count as serving.
func serving(w *workload.Workload, current *workload.Revision) bool {
	if w.ObservedGeneration < w.Generation || w.Desired == 0 {
		return false
	}
	enough := max(1, w.Desired-w.Strategy.MaxUnavailable)
	return w.Updated >= enough && availableOf(w, current) >= enough
}

// availableOf counts the available pods of the newest template: its revision knows; without one
// (the ReplicaSets may be unreadable) the workload's count holds only if no other pods are in it.
func availableOf(w *workload.Workload, current *workload.Revision) int32 {
	if current != nil {
		return current.Available
	}
	if w.Updated == w.Total {
		return w.Available
	}
	return 0
}
