package rollout

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// NoHistoryError: there is no earlier revision.
type NoHistoryError struct{ Workload workload.Ref }

func (e *NoHistoryError) Error() string {
	return fmt.Sprintf("%s has no earlier revision to go back to", e.Workload)
}

// RevisionNotFoundError: --to-revision names one that is not kept.
type RevisionNotFoundError struct {
	Workload workload.Ref
	Revision int64
	Have     []int64
}

func (e *RevisionNotFoundError) Error() string {
	have := make([]string, 0, len(e.Have))
	for _, n := range e.Have {
		have = append(have, strconv.FormatInt(n, 10))
	}
	return fmt.Sprintf("%s has no revision %d; it has %s", e.Workload, e.Revision, strings.Join(have, ", "))
}

// AlreadyCurrentError: the workload has that revision's template. kubectl skips it as well.
type AlreadyCurrentError struct {
	Workload workload.Ref
	Revision int64
}

func (e *AlreadyCurrentError) Error() string {
	return fmt.Sprintf("%s already has the template of revision %d", e.Workload, e.Revision)
}

// NoGoodRevisionError: the revision that kubectl would choose is marked as failed, and none as good.
type NoGoodRevisionError struct {
	Workload workload.Ref
	Revision int64
	Verdict  VerdictAnnotation
	// Unjudged is the newest other revision that nobody has judged, 0 if there is none.
	Unjudged int64
	// Paused: an undo has to resume it.
	Paused bool
}

func (e *NoGoodRevisionError) Error() string {
	message := fmt.Sprintf("revision %d of %s, the previous one, %s, and no other revision is known to be good", e.Revision, e.Workload, e.Verdict.describe())
	if e.Unjudged > 0 {
		return fmt.Sprintf("%s; revision %d has no verdict: --to-revision=%d goes back to it", message, e.Unjudged, e.Unjudged)
	}
	return fmt.Sprintf("%s; --to-revision=%d goes back to it anyway", message, e.Revision)
}
