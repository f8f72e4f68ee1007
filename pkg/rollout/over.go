package rollout

import (
	"fmt"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Over says why the rollout of the captured revision is over, or returns "". A pod that fails after that is
// not a failure of the rollout, so nothing is rolled back for it.
func (b *Before) Over(soak time.Duration, now time.Time) string {
	if b.Revision == nil {
		return ""
	}
	if why := verified(b.Workload, b.Revision); why != "" {
		return why
	}
	w := b.Workload
	if w.ObservedGeneration < w.Generation || !rolledOut(w) {
		return ""
	}
	if stamp := StampOf(b.Revision); stamp != nil { // what failed in its soak was never rolled out
		now = stamp.At
	}
	complete := w.Condition("Progressing").LastUpdate
	if now.Sub(complete) < max(soak, DefaultSoak) {
		return ""
	}
	return fmt.Sprintf("revision %d of %s was complete at %s; its rollout is over", b.Revision.Number, w.Ref, complete.Format(time.TimeOnly))
}

// verified tells by the stamp of the current revision that its rollout is over. The stamp of an earlier use
// does not count: the controller has made progress since.
func verified(w *workload.Workload, current *workload.Revision) string {
	if current == nil {
		return ""
	}
	stamp := StampOf(current)
	if stamp == nil || stamp.Outcome == StampBad {
		return ""
	}
	if c := w.Condition("Progressing"); c != nil && !rolledOut(w) && c.LastUpdate.After(stamp.At) {
		return ""
	}
	return fmt.Sprintf("revision %d of %s was verified; its rollout is over", current.Number, w.Ref)
}
