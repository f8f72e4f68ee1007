package watch

import (
	"context"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// run owns the output: it starts and stops the streams, and sends the newest update.
func (w *Watcher) run(ctx context.Context) {
	defer w.finish()
	w.mu.Lock()
	for _, s := range w.scopes {
		s.start(ctx, w)
	}
	w.mu.Unlock()
	w.poke()

	var (
		next Update
		out  chan<- Update // nil while there is nothing to send
		last time.Time     // when next was made
		wait = time.NewTimer(w.options.Interval)
	)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case out <- next:
			out = nil
			continue
		case <-w.dirty:
		case <-wait.C:
		}
		update, records, due := w.take(ctx, next, time.Since(last))
		for _, r := range records {
			w.options.Tap(r)
		}
		if due > 0 {
			wait.Reset(due)
		}
		if update != nil {
			next, out, last = *update, w.updates, time.Now()
		}
	}
}

// take brings the streams up to date and returns what is new since the previous update, and the
// records of it; due, if not 0, is when there may be more.
func (w *Watcher) take(ctx context.Context, previous Update, age time.Duration) (news *Update, records []Record, due time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	synced := true
	for _, s := range w.scopes {
		s.follow(ctx, w)
		synced = synced && s.synced()
	}
	w.fetchWanted(ctx)

	next := Update{Snapshot: previous.Snapshot}
	outage, due := w.outage()
	next.Unreachable, next.Trouble = outage.since, outage.trouble
	told := next.Unreachable != previous.Unreachable
	if synced && (w.pending || next.Snapshot == nil) {
		if early := w.pace() - age; early > 0 && !w.urgent && !told {
			return nil, nil, early
		}
		next.Snapshot = w.snapshot()
		w.pending, w.urgent = false, false
		return &next, w.tape.cut(w.targets), due
	}
	if !told {
		return nil, nil, due
	}
	return &next, nil, due
}

func (w *Watcher) snapshot() rollout.Snapshot {
	snapshot := make(rollout.Snapshot, len(w.targets))
	for _, t := range w.targets {
		snapshot[t.ref] = t.observe(w.forbidden.in(t.ref.Namespace))
	}
	return snapshot
}
