package rollout

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// memory is what Step needs of earlier snapshots. It is never changed in place: each step makes the
// next one, so that a State stays the value it was.
type memory struct {
	begun bool // a snapshot with the workload has been seen
	// populated: there have been replicas, before the change or since.
	populated bool
	checked   int64
	revision  types.UID
	// earlier are the revisions that once had a lower number than ours.
	earlier []types.UID
	// watched is when the watch of this workload began.
	watched time.Time

	marks      marks
	progressed time.Time
	// readied is when more new pods were ready than ever before; slowest is the longest wait for that.
	readied time.Time
	slowest time.Duration
	// late is since when a deadline is known to have passed.
	late time.Time

	history diagnosis.History
	last    last
	soak    soak
}

// last is the last evaluation: another one of the same version shows nothing new before wake.
type last struct {
	version int64
	wake    time.Time
	wants   diagnosis.Wants
}

func (l *last) holds(version int64, now time.Time) bool {
	return version != 0 && version == l.version && (l.wake.IsZero() || now.Before(l.wake))
}

// usual is how long new pods may need to become ready where others have.
func (m *memory) usual() time.Duration { return max(leastUsual, 2*m.slowest) }

const leastUsual = 30 * time.Second
