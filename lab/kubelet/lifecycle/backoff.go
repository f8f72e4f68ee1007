package lifecycle

import "time"

// The kubelet's back-off, for restarts and for pulls alike.
const (
	backoffInitial = 10 * time.Second
	backoffMax     = 300 * time.Second
	// A container that ran this long starts again from backoffInitial.
	backoffForget = 2 * backoffMax
)

// backoffs follows client-go's flowcontrol.Backoff, whose clock can't be given
// per call. Keys are container names and image references.
type backoffs map[string]backoffEntry

type backoffEntry struct {
	delay   time.Duration
	updated time.Time
}

// next lengthens the delay, unless it was forgotten by since.
func (b backoffs) next(key string, since, now time.Time) {
	entry, ok := b[key]
	if !ok || since.Sub(entry.updated) > backoffForget {
		b[key] = backoffEntry{delay: backoffInitial, updated: now}
		return
	}
	b[key] = backoffEntry{delay: min(2*entry.delay, backoffMax), updated: now}
}

// holds tells whether the delay, counted from since, still runs.
func (b backoffs) holds(key string, since, now time.Time) (time.Duration, bool) {
	entry, ok := b[key]
	if !ok || since.Sub(entry.updated) > backoffForget {
		return 0, false
	}
	return entry.delay, now.Sub(since) < entry.delay
}

// holdsSinceUpdate is the rule for pulls, counted from the last failure.
func (b backoffs) holdsSinceUpdate(key string, now time.Time) bool {
	entry, ok := b[key]
	if !ok || now.Sub(entry.updated) > backoffForget {
		return false
	}
	return now.Sub(entry.updated) < entry.delay
}
