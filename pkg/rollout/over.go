package rollout

import (
	"fmt"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Over says why the rollout of the captured revision is over, or returns "". A pod that fails after the rollout causes no
// rollback.
func (b *Baseline) Over(soak time.Duration, now time.Time) string {
	if b.Revision == nil {
		return ""
	}
	if why := verified(b.Workload, b.Revision); why != "" {
		return why
	}
	w := b.Workload
	if w.ObservedGeneration < w.Generation || !w.OnceComplete() {
		return ""
	}
	c := w.Condition("Progressing")
	if c == nil { // the kind does not tell when
		return fmt.Sprintf("revision %d of %s was complete before; its rollout is over", b.Revision.Number, w.Ref)
	}
	if verdict := VerdictOf(b.Revision); verdict != nil { // what failed in its soak was never rolled out
		now = verdict.At
	}
	complete := c.LastUpdate
	if now.Sub(complete) < max(soak, DefaultSoak) {
		return ""
	}
	return fmt.Sprintf("revision %d of %s was complete at %s; its rollout is over", b.Revision.Number, w.Ref, complete.Format(time.TimeOnly))
}

// verified says that the verdict on the current revision has ended its rollout, or returns "". A verdict on an earlier use
// of the revision does not count: the controller has made progress since.
func verified(w *workload.Workload, current *workload.Revision) string {
	if current == nil {
		return ""
	}
	verdict := VerdictOf(current)
	if verdict == nil || verdict.Outcome == VerdictFailed {
		return ""
	}
	// A StatefulSet and a DaemonSet do not tell when they made progress, only whether this use was ever complete.
	c := w.Condition("Progressing")
	if !w.OnceComplete() && (w.Strategy.Lenient || c != nil && c.LastUpdate.After(verdict.At)) {
		return ""
	}
	return fmt.Sprintf("revision %d of %s was verified; its rollout is over", current.Number, w.Ref)
}
