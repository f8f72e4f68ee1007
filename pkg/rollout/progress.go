package rollout

import "time"

// marks are how far a rollout has come. Only what was never reached before is progress: pods that
// come and go are not.
type marks struct {
	set                             bool
	generation                      int64
	desired                         int32
	updated, ready, available, left int32
}

// mark moves the marks, and the time of the last progress with them, as the deployment controller
// does it (DeploymentProgressing in k8s.io/kubernetes/pkg/controller/deployment/util).
func (j *judge) mark(c Counts) {
	m, w := j.was.memory.marks, j.seen.Workload
	left := c.Old + c.Terminating
	now := marks{set: true, generation: w.Generation, desired: c.Desired, updated: c.Updated, ready: c.Ready, available: c.Available, left: left}
	switch {
	case !m.set:
		j.next.memory.marks = now
		j.next.memory.progressed, j.advanced = j.lastProgress(), c != j.was.Counts
		return
	case m.desired != now.desired, m.generation != now.generation: // a new start
		j.next.memory.marks = now
	case now.updated > m.updated, now.ready > m.ready, now.available > m.available, now.left < m.left:
		now.updated, now.ready = max(now.updated, m.updated), max(now.ready, m.ready)
		now.available, now.left = max(now.available, m.available), min(now.left, m.left)
		j.next.memory.marks = now
	default:
		return
	}
	j.next.memory.progressed, j.advanced = j.now, c != j.was.Counts
}

// lastProgress is that of a rollout that is seen for the first time: now or, if it was under way, when the
// controller last saw some.
func (j *judge) lastProgress() time.Time {
	c := j.seen.Workload.Condition("Progressing")
	switch {
	case j.next.Target.Before != nil, c == nil, c.Status != "True", rolledOut(j.seen.Workload), c.LastUpdate.After(j.now):
		return j.now
	case !j.observed(), j.stale(c.Message, c.LastUpdate): // of an earlier rollout
		return j.now
	case j.now.Sub(c.LastUpdate) > j.seen.Workload.Strategy.ProgressDeadline+grace: // the controller would have said so: clocks differ
		return j.now
	}
	return c.LastUpdate
}

// deadline is when our own clock ends a rollout that makes no progress; zero if nothing does.
func (j *judge) deadline() time.Time {
	if d := j.seen.Workload.Strategy.ProgressDeadline; d > 0 {
		return j.clearedBy().Add(d + grace)
	}
	return time.Time{}
}

// clearedBy is when progress can be asked for: the last time that there was any or, while a
// new pod waits for an old one to stop, the end of the time that they have for it.
func (j *judge) clearedBy() time.Time {
	from := j.next.memory.progressed
	s := j.seen.Workload.Strategy
	if !s.InPlace && (!s.Recreate || len(j.diagnosis.Pods) > 0) {
		return from
	}
	for _, p := range j.seen.Pods {
		if end := p.DeletionTimestamp; end != nil && end.After(from) {
			from = end.Time
		}
	}
	return from
}

// timeout is when the user's patience ends; zero if it doesn't.
func (j *judge) timeout() time.Time {
	if j.policy.Timeout > 0 {
		return j.was.memory.watched.Add(j.policy.Timeout)
	}
	return time.Time{}
}
