package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// The kubelet's own numbers.
const (
	resyncPeriod = time.Minute
	retryPeriod  = 10 * time.Second
)

// worker is the pod's worker: one sync at a time.
type worker struct {
	// taken is set while the worker has a request and waits for a newer list;
	// pending when yet another request has come.
	taken, pending bool
	busy           bool
	lastSync       time.Time
	task           task
	// join counts the containers that are being stopped.
	join int
}

type task int

const (
	taskSync task = iota
	taskTerminate
	taskTerminated
	taskDone
)

// outcome is what a sync ended with.
type outcome struct {
	failed bool
	// until is when the earliest back-off ends, if that is why it failed.
	until time.Time
	acted bool
}

func (o *outcome) add(f *failure, until time.Time) {
	if f == nil {
		o.acted = true
		return
	}
	o.failed = true
	if !until.IsZero() && (o.until.IsZero() || until.Before(o.until)) {
		o.until = until
	}
}

// trigger asks for a sync. A request that comes while the worker has one already
// leads to another sync after it.
func (m *Machine) trigger() {
	w := &m.worker
	if w.busy || w.taken {
		w.pending = true
	} else {
		w.taken = true
	}
	m.work()
}

// work begins the sync that is asked for, if the list is newer than the last.
func (m *Machine) work() {
	w := &m.worker
	if w.busy || !w.taken || w.task == taskDone {
		return
	}
	if !w.lastSync.IsZero() && !m.listed().After(w.lastSync) {
		m.expectRelist()
		return
	}
	w.taken, w.busy = false, true
	switch w.task {
	case taskTerminate:
		m.syncTerminating()
	case taskTerminated:
		m.syncTerminated()
	default:
		m.sync()
	}
}

// finish ends a sync and plans the next.
func (m *Machine) finish(o outcome) {
	w := &m.worker
	w.busy, w.lastSync = false, m.now
	wait := m.jitter(resyncPeriod)
	if o.failed {
		wait = retryPeriod
		if !o.until.IsZero() {
			wait = min(max(o.until.Sub(m.now), 0), resyncPeriod)
		}
		wait = m.jitter(wait)
	} else if o.acted {
		m.relistSoon()
	}
	m.timers.set("sync", m.now.Add(wait), m.trigger)
	m.next()
}

// next takes up the request that came meanwhile.
func (m *Machine) next() {
	if m.worker.pending {
		m.worker.pending = false
		m.trigger()
	}
}

// advanceTo moves to the next stage of a pod's end.
func (m *Machine) advanceTo(t task) {
	w := &m.worker
	w.busy, w.pending, w.lastSync, w.task = false, false, m.now, t
	m.timers.cancel("sync")
	m.trigger()
}

// terminate begins the pod's end. A sync that waits for volumes is given up.
func (m *Machine) terminate() {
	if m.worker.task != taskSync {
		// It has ended already, and only waited to be deleted.
		if m.worker.task == taskDone {
			m.worker.task = taskTerminated
			m.trigger()
		}
		return
	}
	m.worker.task = taskTerminate
	if m.timers.has("mounted") || m.timers.has("pull") {
		m.timers.cancel("mounted")
		m.timers.cancel("pull")
		m.worker.busy, m.worker.lastSync = false, m.now
	}
	m.trigger()
}

// terminalPhase tells whether a pod with this status is over.
func terminalPhase(phase corev1.PodPhase) bool {
	return phase == corev1.PodSucceeded || phase == corev1.PodFailed
}
