package watch

import (
	"errors"
	"net/url"
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

// ErrSilent: no answer has come yet, and no error.
var ErrSilent = errors.New("no answer")

// begin notes that something was asked, and is true if nothing was waited for before.
func (w *waiting) begin() bool {
	if !w.since.IsZero() {
		return false
	}
	*w = waiting{since: time.Now(), trouble: ErrSilent}
	return true
}

// end notes an answer, and is true if it was waited for.
func (w *waiting) end() bool {
	waited := !w.since.IsZero()
	*w = waiting{}
	return waited
}

func (w *waiting) fail(err error) {
	if request := (*url.Error)(nil); errors.As(err, &request) {
		err = request.Err // without the long URL
	}
	w.trouble = err
}

// outage returns the longest wait if it is long enough to be told, or how long until it will be; the
// caller holds the lock.
func (w *Watcher) outage() (told waiting, due time.Duration) {
	var all []waiting
	for _, s := range w.scopes {
		for _, r := range s.streams() {
			_, waits := r.state()
			all = append(all, waits)
		}
	}
	return longest(all)
}

// longest is the longest wait if it is long enough to be told; due is how long until it will be.
func longest(all []waiting) (told waiting, due time.Duration) {
	for _, waits := range all {
		if !waits.since.IsZero() && (told.since.IsZero() || waits.since.Before(told.since)) {
			told = waits
		}
	}
	if told.since.IsZero() {
		return waiting{}, 0
	}
	if due = patience - time.Since(told.since); due > 0 {
		return waiting{}, due
	}
	return told, 0
}
