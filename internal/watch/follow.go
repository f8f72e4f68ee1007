package watch

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

// follow lists if need be, then watches until the watch ends.
func (s *stream) follow(ctx context.Context) error {
	s.sink.asked()
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
	s.sink.answered()
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
			if event.Type != watch.Error {
				if events++; events == 1 {
					s.answered()
				}
			}
			if err := s.take(event); err != nil {
				return err
			}
		}
	}
}

func (s *stream) take(event watch.Event) error {
	if event.Type == watch.Error {
		return apierrors.FromObject(event.Object)
	}
	m, err := meta.Accessor(event.Object)
	if err != nil {
		return fmt.Errorf("reading a change of %s: %w", s.resource, err)
	}
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
	default: // what this client does not know says nothing about objects
	}
	if s.version != "" { // a streamed list is in no order: only its end is a version to go on from
		s.version = version
	}
	return nil
}
