package watch

import (
	"errors"
	"time"
)

// waiting is since when a request of a stream, or those that followed it, has had no answer. The
// zero value: the server answers.
type waiting struct {
	since   time.Time
	trouble error // how the last attempt ended
}

// patience is how long the server may be silent until that is told: a watch that is taken up again
// at once is no news.
const patience = 3 * time.Second

var errSilent = errors.New("the server does not answer")

// outage returns the longest wait if it is long enough to be told, or how long until it will be; the
// caller holds the lock.
func (w *Watcher) outage() (told waiting, due time.Duration) {
	var longest waiting
	for _, s := range w.scopes {
		for _, r := range s.streams() {
			if _, waits := r.state(); !waits.since.IsZero() && (longest.since.IsZero() || waits.since.Before(longest.since)) {
				longest = waits
			}
		}
	}
	if longest.since.IsZero() {
		return waiting{}, 0
	}
	if due = patience - time.Since(longest.since); due > 0 {
		return waiting{}, due
	}
	return longest, 0
}
