package watch

import (
	"context"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// patience is how long attempts fail until the server is called unreachable: a watch that is taken
// up again at once is no news.
const patience = 3 * time.Second

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
		update, due := w.take(ctx, next, time.Since(last))
		if due > 0 {
			wait.Reset(due)
		}
		if update != nil {
			next, out, last = *update, w.updates, time.Now()
		}
	}
}

// take brings the streams up to date and returns what is new since the previous update, or how long
// it has to wait.
func (w *Watcher) take(ctx context.Context, previous Update, age time.Duration) (*Update, time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	synced := true
	for _, s := range w.scopes {
		s.follow(ctx, w)
		synced = synced && s.synced()
	}
	w.fetchWanted(ctx)

	next := Update{Snapshot: previous.Snapshot}
	next.Unreachable, next.Trouble = w.outage()
	news := next.Unreachable != previous.Unreachable
	if synced && (w.pending || next.Snapshot == nil) {
		if due := w.options.Interval - age; due > 0 && !w.urgent && !news {
			return nil, due
		}
		next.Snapshot, news = w.snapshot(), true
		w.pending, w.urgent = false, false
	}
	if !news {
		return nil, 0
	}
	return &next, 0
}

func (w *Watcher) snapshot() rollout.Snapshot {
	w.tape.play(w.options.Tap, w.targets)
	snapshot := make(rollout.Snapshot, len(w.targets))
	for _, t := range w.targets {
		snapshot[t.ref] = t.observe(w.blind.in(t.ref.Namespace))
	}
	return snapshot
}

// outage returns since when a stream has had no answer, if that is long enough to be said.
func (w *Watcher) outage() (since time.Time, trouble error) {
	for _, s := range w.scopes {
		for _, r := range s.streams() {
			if _, failing, err := r.state(); !failing.IsZero() && (since.IsZero() || failing.Before(since)) {
				since, trouble = failing, err
			}
		}
	}
	if since.IsZero() || time.Since(since) < patience {
		return time.Time{}, nil
	}
	return since, trouble
}
