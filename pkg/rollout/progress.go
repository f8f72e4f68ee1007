package rollout

import (
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// marks are the highest counts that a rollout has reached. Only exceeding them is progress.
type marks struct {
	set                             bool
	generation                      int64
	desired                         int32
	updated, ready, available, left int32
}

// mark moves the marks, and the time of the last progress with them, as the deployment controller
// does it (DeploymentProgressing in k8s.io/kubernetes/pkg/controller/deployment/util).
func (e *evaluation) mark(c Counts) {
	m, w := e.was.memory.marks, e.seen.Workload
	left := c.Old + c.Terminating
	now := marks{set: true, generation: w.Generation, desired: c.Desired, updated: c.Updated, ready: c.Ready, available: c.Available, left: left}
	switch {
	case !m.set:
		e.next.memory.marks = now
		e.next.memory.progressed, e.advanced = e.lastProgress(), c != e.was.Counts
		return
	case m.desired != now.desired && !w.PerNode, m.generation != now.generation: // a new start
		e.next.memory.marks = now
	case now.updated > m.updated, now.ready > m.ready, now.available > m.available, now.left < m.left:
		if now.ready > m.ready || now.available > m.available {
			e.next.memory.noteReadied(e.now)
		}
		now.updated, now.ready = max(now.updated, m.updated), max(now.ready, m.ready)
		now.available, now.left = max(now.available, m.available), min(now.left, m.left)
		e.next.memory.marks = now
	default:
		return
	}
	e.next.memory.progressed, e.advanced = e.now, c != e.was.Counts
}

// noteReadied notes that more new pods are ready than before.
func (m *memory) noteReadied(now time.Time) {
	before := m.readied
	if before.IsZero() {
		before = m.watched
	}
	m.readied, m.slowest = now, max(m.slowest, now.Sub(before))
}

// lastProgress is when a rollout that is seen for the first time last made progress: now or, if it was under way, by the
// controller's condition.
func (e *evaluation) lastProgress() time.Time {
	c := e.seen.Workload.Condition("Progressing")
	switch {
	case e.policy.Once && c == nil:
		return e.lastPodChange()
	case e.next.Target.Baseline != nil, c == nil, c.Status != "True", e.seen.Workload.OnceComplete(), c.LastUpdate.After(e.now):
		return e.now
	case !e.observed(), e.stale(c.Message, c.LastUpdate): // of an earlier rollout
		return e.now
	case e.now.Sub(c.LastUpdate) > e.seen.Workload.Strategy.ProgressDeadline+grace: // the controller would have said so: clocks differ
		return e.now
	}
	return c.LastUpdate
}

// lastPodChange is when the revision was made, or when a pod was last created or deleted, or became ready or unready: a
// StatefulSet and a DaemonSet don't tell when they last made progress.
func (e *evaluation) lastPodChange() time.Time {
	last := e.seen.SettledOf(e.revision).Readied
	note := func(t time.Time) {
		if t.After(last) {
			last = t
		}
	}
	if e.revision != nil {
		note(e.revision.Created)
	}
	for _, p := range e.seen.Pods {
		note(p.CreationTimestamp.Time)
		note(diagnosis.ReadinessChanged(p))
		note(diagnosis.DeletedAt(p))
	}
	if last.IsZero() || last.After(e.now) {
		return e.now
	}
	return last
}

// deadline is when our own clock ends a rollout that makes no progress; zero if nothing does.
func (e *evaluation) deadline() time.Time {
	s := e.seen.Workload.Strategy
	d := s.ProgressDeadline
	if s.Lenient {
		d = max(d, e.policy.Timeout)
	}
	if d > 0 {
		return e.clearedBy().Add(d + grace)
	}
	return time.Time{}
}

// clearedBy is when the progress deadline begins: at the last progress or, while a new pod waits for an old one to stop, at
// the end of the grace period.
func (e *evaluation) clearedBy() time.Time {
	from := e.next.memory.progressed
	s := e.seen.Workload.Strategy
	if !s.InPlace && (!s.Recreate || e.diagnosis.Staying > 0) {
		return from
	}
	for _, p := range e.seen.Pods {
		if end := p.DeletionTimestamp; end != nil && end.After(from) {
			from = end.Time
		}
	}
	return from
}

// timeout is when the user's patience ends; zero if it doesn't.
func (e *evaluation) timeout() time.Time {
	if e.policy.Timeout > 0 {
		return e.was.memory.watched.Add(e.policy.Timeout)
	}
	return time.Time{}
}
