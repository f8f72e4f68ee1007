package rollout

import (
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Capture records a workload before its change. counts is nil where the pods may not be read: then
// the counts of the status are all there is.
func Capture(w *workload.Workload, revisions []workload.Revision, counts diagnosis.PodCounts) *Baseline {
	b := &Baseline{Workload: w}
	revisions = counts.Count(w, revisions)
	if current := workload.Current(w, revisions); current != nil {
		r := *current
		b.Revision = &r
		b.pods = counts[r.Key]
	}
	b.Serving = serving(w, revisions, b.Revision, counts) || b.returning() || b.holding()
	return b
}

// returning tells whether a verified revision is coming up again, as after an interrupted rollback.
func (b *Baseline) returning() bool {
	if b.Revision == nil || b.pods.Crashing > 0 || b.pods.Settled+b.pods.Starting == 0 {
		return false
	}
	budget, _ := slack(b.Workload)
	if b.Workload.OnceComplete() && b.pods.Settled+b.pods.Starting < b.Workload.Desired-budget {
		return false
	}
	verdict := VerdictOf(b.Revision)
	return verdict != nil && verdict.Outcome == VerdictGood
}

// holding tells whether all pods of a verified revision are up again after a crash by chance.
func (b *Baseline) holding() bool {
	if b.Revision == nil || !b.backUp() {
		return false
	}
	budget, _ := slack(b.Workload)
	verdict := VerdictOf(b.Revision)
	return verdict != nil && verdict.Outcome == VerdictGood && b.pods.Settled+b.pods.Recovering >= max(1, b.Workload.Desired-budget)
}

// backUp tells whether the crashed pods are ready again and can have crashed by chance: not repeatedly, and not several
// at once.
func (b *Baseline) backUp() bool {
	p := b.pods
	return p.Crashing > 0 && p.Recovering == p.Crashing && p.Restarts < diagnosis.FailingRestarts &&
		(p.Crashing == 1 || p.Settled >= p.Crashing)
}

// crashesOn tells whether the crashing pods have used up the patience of a release.
func (b *Baseline) crashesOn() bool {
	p := b.pods
	return p.Crashing > 0 && p.Recovering < p.Crashing && p.Restarts >= diagnosis.FailingRestarts*p.Crashing
}

// serving tells whether enough pods of the captured revision itself were available. The condition Available does not show
// that: pods of an older revision keep it true while the newest one fails. A workload scaled to 0 is not serving.
func serving(w *workload.Workload, revisions []workload.Revision, current *workload.Revision, counts diagnosis.PodCounts) bool {
	if w.Desired == 0 {
		return false
	}
	if current == nil || current.ByPods && counts == nil {
		return servingByCounts(w)
	}
	settled := current.Available
	if counts != nil {
		settled = min(settled, counts[current.Key].Settled)
	}
	budget, _ := slack(w)
	enough := w.Goal() - budget
	if alone(current, revisions) {
		// More replicas or nodes may have been added a moment ago: the pods that were there count.
		enough = min(w.Goal(), current.Total) - budget
		if pods := counts[current.Key]; w.OnceComplete() || pods.Growing() {
			enough -= pods.Starting
		}
	}
	return settled >= max(1, enough)
}

// Complete tells whether the captured rollout has nothing left to wait for.
func (b *Baseline) Complete() bool {
	return b.Serving && b.Workload.Complete()
}

// Soaking tells whether the captured rollout has been complete for less than a soak, and has no verdict. A StatefulSet and a
// DaemonSet don't tell when they were complete: at the latest when their last pod became ready.
func (b *Baseline) Soaking(soak time.Duration, now time.Time) bool {
	complete := b.pods.LastReady
	if c := b.Workload.Condition("Progressing"); c != nil {
		complete = c.LastUpdate
	}
	return b.Revision != nil && VerdictOf(b.Revision) == nil && b.Complete() && b.Workload.OnceComplete() && now.Sub(complete) < soak
}

// alone tells whether no pod of another revision is left.
func alone(current *workload.Revision, revisions []workload.Revision) bool {
	for i := range revisions {
		if r := &revisions[i]; r.UID != current.UID && r.Total > 0 {
			return false
		}
	}
	return true
}

// servingByCounts uses the workload's own counts, where revisions can't be read or the controller has not made one. They
// prove something only if they count no other pods.
func servingByCounts(w *workload.Workload) bool {
	budget, _ := slack(w)
	return w.ObservedGeneration >= w.Generation && w.Updated == w.Total &&
		w.Available >= max(1, w.Desired-budget)
}
