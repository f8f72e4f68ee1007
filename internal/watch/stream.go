package watch

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
)

// sink takes in what a stream brings. A list is relist, put for each object, listed; what was there
// before and was not put in between is gone.
type sink interface {
	relist()
	put(obj runtime.Object)
	drop(obj runtime.Object)
	listed()
	// contact and failed tell how the server answers; failed is called for each attempt.
	contact()
	failed(since time.Time, err error)
}

// stream keeps a sink up to date with a source. It stands in for client-go's Reflector, which lists
// everything again after a 5xx or a watch that was closed early, holds a second copy while it does,
// keeps to itself that the server is away, and on its way to a list does not heed its context.
type stream struct {
	source
	sink sink

	version string // to watch from; empty: list first
	paged   bool   // the server does not stream lists
	granted bool   // the server has answered before
	verb    string // of the last request
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
	var refusals time.Time // since when
	for {
		began := time.Now()
		listed := s.version == "" && s.paged
		err := s.follow(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(began) >= lively {
			pause = newBackoff()
		}
		if err == nil { // a list is done, or the server ended a watch, as it does every few minutes
			refusals = time.Time{}
			if listed || time.Since(began) >= settled || sleep(ctx, pause.Step()) {
				continue
			}
			return nil
		}
		kind := classify(err, s.version == "" && !listed)
		switch kind {
		case expired:
			s.version = ""
		case plain:
			s.paged = true
			continue
		case refused:
			if refusals.IsZero() {
				refusals = began
			}
			if !s.granted || time.Since(refusals) >= restart {
				kind = fatal
			}
		case retry, fatal:
			refusals = time.Time{}
		}
		if kind == fatal {
			return &Error{Verb: s.verb, Resource: s.resource, Namespace: s.namespace, Err: err}
		}
		if kind != expired {
			s.sink.failed(began, err)
		}
		if !sleep(ctx, max(pause.Step(), delay(err))) {
			return nil
		}
	}
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

// follow lists if need be, then watches until the watch ends.
func (s *stream) follow(ctx context.Context) error {
	if s.version == "" {
		s.sink.relist()
		if s.paged {
			return s.list(ctx)
		}
	}
	s.verb = "watch"
	w, err := s.watch(ctx, s.version)
	if err != nil {
		return err
	}
	defer w.Stop()
	return s.consume(ctx, w)
}

// list reads page by page, so that only one page at a time is held untrimmed.
func (s *stream) list(ctx context.Context) error {
	s.verb = "list"
	token := ""
	for {
		page, err := s.page(ctx, token)
		if err != nil {
			return err
		}
		s.answered()
		if err := meta.EachListItem(page, func(obj runtime.Object) error { s.sink.put(obj); return nil }); err != nil {
			return fmt.Errorf("reading a list of %s: %w", s.resource, err)
		}
		m, err := meta.ListAccessor(page)
		if err != nil {
			return fmt.Errorf("reading a list of %s: %w", s.resource, err)
		}
		if token = m.GetContinue(); token == "" {
			s.version = m.GetResourceVersion()
			s.sink.listed()
			return nil
		}
	}
}

func (s *stream) answered() {
	s.granted = true
	s.sink.contact()
}

func (s *stream) consume(ctx context.Context, w watch.Interface) error {
	began, events := time.Now(), 0
	open := time.NewTimer(settled)
	defer open.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-open.C:
			s.answered()
		case event, ok := <-w.ResultChan():
			switch {
			case !ok && s.version == "":
				return errCut
			case !ok && events == 0 && time.Since(began) < settled:
				return errShort
			case !ok:
				return nil
			}
			if event.Type == watch.Error {
				return apierrors.FromObject(event.Object)
			}
			if events++; events == 1 {
				s.answered()
			}
			if err := s.take(event); err != nil {
				return err
			}
		}
	}
}

func (s *stream) take(event watch.Event) error {
	m, err := meta.Accessor(event.Object)
	if err != nil {
		return fmt.Errorf("reading a change of %s: %w", s.resource, err)
	}
	// A new version is taken before the object is trimmed.
	version := m.GetResourceVersion()
	switch event.Type {
	case watch.Added, watch.Modified:
		s.sink.put(event.Object)
	case watch.Deleted:
		s.sink.drop(event.Object)
	case watch.Bookmark:
		if s.version == "" && m.GetAnnotations()[metav1.InitialEventsAnnotationKey] == "true" {
			s.version = version
			s.sink.listed()
		}
	}
	if s.version != "" { // a streamed list is in no order: only its end is a version to go on from
		s.version = version
	}
	return nil
}
