package watch

import (
	"context"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// watching is a Watcher under test.
type watching struct {
	*Watcher
	t    testing.TB
	stop context.CancelFunc
}

func watchApps(t testing.TB, s *apiServer, options Options, apps ...app) *watching {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	targets := make([]Target, 0, len(apps))
	for _, a := range apps {
		targets = append(targets, Target{Ref: a.ref()})
	}
	return &watching{Watcher: Start(ctx, s.clients(t), targets, options), t: t, stop: cancel}
}

// deadline is long enough for a loaded machine; no test waits for it to pass.
const deadline = 20 * time.Second

// until returns the first update that fits.
func (w *watching) until(what string, fits func(Update) bool) Update {
	w.t.Helper()
	timeout := time.After(deadline)
	for {
		select {
		case u, ok := <-w.Updates():
			if !ok {
				w.t.Fatalf("the watch ended while waiting for %s: %v", what, w.Err())
			}
			if fits(u) {
				return u
			}
		case <-timeout:
			w.t.Fatalf("no update with %s", what)
		}
	}
}

// observed returns the first snapshot of an app that fits.
func (w *watching) observed(what string, a app, fits func(diagnosis.Observed) bool) diagnosis.Observed {
	w.t.Helper()
	return w.until(what, func(u Update) bool {
		return u.Snapshot != nil && fits(u.Snapshot[a.ref()])
	}).Snapshot[a.ref()]
}

// end waits until the watcher has closed its channel.
func (w *watching) end() error {
	w.t.Helper()
	timeout := time.After(deadline)
	for {
		select {
		case _, ok := <-w.Updates():
			if !ok {
				return w.Err()
			}
		case <-timeout:
			w.t.Fatal("the watch does not end")
		}
	}
}

func always(diagnosis.Observed) bool { return true }
