package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/inspect"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/app"
)

// statusWatch looks at a report again and again until the context ends.
type statusWatch[T any] struct {
	env   *Env
	flags *statusFlags
	// look makes the report, ready to be printed.
	look func(context.Context) (T, error)
	// states are those of its workloads; none if nothing is left.
	states func(T) []app.State
	show   statusView[T]

	follower *watch.Follower
	reads    *watch.Reads
	// failing is since when no look could be made, and trouble why.
	failing time.Time
	trouble error
	// refusing is since when each look was refused.
	refusing time.Time
}

// maxRefused is how long the credentials and permissions may be refused: an API server that starts refuses them at first. A
// refusal is kept for Poll: there is a second one to be asked for.
const maxRefused = 2 * watch.Poll

// silence is how long an API server may be silent until that is told.
const silence = 3 * time.Second

// following makes a cluster whose reads are kept as long as watches say that nothing has changed.
func (e *Env) following(ctx context.Context) (*cluster.Cluster, *watch.Follower, *watch.Reads, error) {
	c, follower := e.cluster(), watch.NewFollower(ctx)
	reads := watch.NewReads(follower)
	c.Through(reads.Transport)
	config, err := c.RESTConfig()
	if err == nil {
		err = reads.Connect(config)
	}
	return c, follower, reads, err
}

// run shows the report until the context ends or there is no permission any more. The follower's context ends with it.
func (w *statusWatch[T]) run(ctx context.Context) error {
	w.env.sparing()
	ctx, cancel := context.WithCancelCause(ctx)
	looks := inspect.Watch(ctx, w.follower.Changes(), w.look)
	defer func() {
		cancel(nil)
		for range looks { // until no look is under way
		}
	}()
	first, open := <-looks
	if !open {
		return context.Cause(ctx)
	}
	if first.Err != nil {
		return first.Err
	}
	seen := first.Seen
	clock := time.NewTicker(view.Refresh)
	defer clock.Stop()
	fresh := true
	for {
		m := w.moment()
		m.fresh = fresh
		if err := w.show.Show(seen, m); err != nil {
			return fmt.Errorf("writing the status: %w", err)
		}
		fresh = false
		select {
		case <-ctx.Done():
			return w.ended(ctx, seen)
		case l, open := <-looks:
			switch {
			case !open || ctx.Err() != nil:
				return w.ended(ctx, seen)
			case l.Err == nil:
				seen, fresh, w.failing, w.refusing, w.trouble = l.Seen, true, time.Time{}, time.Time{}, nil
			case w.refused(l.Err):
				return l.Err
			}
			w.reads.Sweep()
		case <-clock.C:
		}
	}
}

// refused notes that a look could not be made, and tells whether none ever will be.
func (w *statusWatch[T]) refused(err error) bool {
	if w.failing.IsZero() {
		w.failing = time.Now()
	}
	w.trouble = err
	switch {
	case !cluster.Is(err, cluster.Unauthorized, cluster.Forbidden):
		w.refusing = time.Time{}
		return false
	case w.refusing.IsZero():
		w.refusing = time.Now()
	}
	return time.Since(w.refusing) > maxRefused
}

// moment is how the watch goes.
func (w *statusWatch[T]) moment() moment {
	m := moment{unwatched: w.reads.Unwatched()}
	m.since, m.trouble = w.follower.Outage()
	if !w.failing.IsZero() && time.Since(w.failing) >= silence && (m.since.IsZero() || w.failing.Before(m.since)) {
		m.since, m.trouble = w.failing, w.trouble
		m.unread = !cluster.Is(w.trouble, cluster.Unreachable, cluster.Throttled, cluster.ServerFault)
	}
	return m
}

// ended leaves the last page as it is. As kubectl get --watch it ends with the signal's code, unless --exit-code asks for that of
// the state.
func (w *statusWatch[T]) ended(ctx context.Context, seen T) error {
	if err := w.show.Close(seen, w.moment()); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	if !w.flags.exitCode {
		return decidedError{signalCode(ctx)}
	}
	states := w.states(seen)
	if len(states) == 0 {
		return decidedError{exitError}
	}
	return w.flags.code(states...)
}
