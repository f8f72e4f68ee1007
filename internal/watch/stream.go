package watch

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
)

// sink takes in what a stream brings. A list is relist, put for each object, listed; what was there
// before and was not put in between is gone.
type sink interface {
	relist()
	put(obj runtime.Object)
	drop(obj runtime.Object)
	listed()
	// asked, answered and failed tell how the server does.
	asked()
	answered()
	failed(err error)
}

// stream keeps a sink up to date with a source. It stands in for client-go's Reflector, which lists
// everything again after a 5xx or a watch that was closed early, holds a second copy while it does,
// keeps to itself that the server is away, and on its way to a list does not heed its context.
type stream struct {
	source
	sink sink

	version string    // to watch from; empty: list first
	paged   bool      // lists cannot be streamed
	granted bool      // the server has answered before
	refused time.Time // since when it has refused; zero while it does not
	verb    string    // of the last request
}

const (
	// lively is how long a server must have answered until the pauses between attempts start over.
	lively = time.Second
	// settled is how long a watch stays open that is not being closed at once.
	settled = 100 * time.Millisecond
	// restart is how long a server that comes up again may refuse what it had granted: its
	// authorizer answers before it has read the roles.
	restart = 10 * time.Second
)

// run returns nil when the context ends, and the error that asking again would not mend.
func (s *stream) run(ctx context.Context) error {
	pause := newBackoff()
	for ctx.Err() == nil {
		began := time.Now()
		streaming := s.version == "" && !s.paged
		paged := s.version == "" && s.paged
		err := s.follow(ctx)
		if time.Since(began) >= lively {
			pause = newBackoff()
		}
		if err == nil { // a list is done, or the server ended a watch, as it does every few minutes
			s.refused = time.Time{}
			if !paged && time.Since(began) < settled {
				sleep(ctx, pause.Step())
			}
			continue
		}
		kind := s.judge(err, began, streaming)
		switch kind {
		case fatal:
			return &Error{Verb: s.verb, Resource: s.resource, Namespace: s.namespace, Err: err}
		case plain:
			s.paged = true
			continue
		case expired:
			s.version = ""
		case retry, refused:
			s.sink.failed(err)
		}
		sleep(ctx, max(pause.Step(), delay(err)))
	}
	return nil
}

// judge makes a refusal fatal, but for one by a server that may be coming up.
func (s *stream) judge(err error, began time.Time, streaming bool) fault {
	kind := classify(err, streaming)
	if kind != refused {
		s.refused = time.Time{}
		return kind
	}
	if s.refused.IsZero() {
		s.refused = began
	}
	if !s.granted || time.Since(s.refused) >= restart {
		return fatal
	}
	return refused
}

// newBackoff recovers within about a second of the server's return, even after minutes.
func newBackoff() *wait.Backoff {
	return &wait.Backoff{Duration: 20 * time.Millisecond, Factor: 2, Jitter: 0.5, Steps: 7, Cap: time.Second}
}

// sleep reports whether the time passed before the context ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
