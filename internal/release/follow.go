package release

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// maxSilence is how long a server may stay silent: as long as the default progress deadline. A job in
// CI must not hang on a cluster that is gone for good.
const maxSilence = 10 * time.Minute

var errSilent = fmt.Errorf("the API server has not answered for %s", maxSilence)

// follow is the one loop: it joins snapshots, the moment at which the engine wants to be called
// again, the view's clock and the context, until the release is decided. When the context or the
// watch ends first, it returns the state so far and the cause. release is the failed one while its
// rollback is watched, else nil.
func (f *follower) follow(ctx context.Context, state rollout.State, release *rollout.State) (rollout.State, error) {
	wake, clock := time.NewTimer(0), time.NewTicker(view.Refresh)
	defer wake.Stop()
	defer clock.Stop()
	if f.unblock != nil {
		defer f.unblock.stop()
	}
	for state.Outcome == "" {
		var events []rollout.Event
		due := true // there is something to judge
		var answers chan deletion
		if f.unblock != nil {
			answers = f.unblock.answers
		}
		select {
		case answer := <-answers:
			events = f.unblock.answered(answer)
		case <-ctx.Done():
			return state, context.Cause(ctx)
		case update, open := <-f.watcher.Updates():
			if !open {
				return state, errors.Join(f.watcher.Err(), context.Cause(ctx))
			}
			events = f.take(update, &state)
		case <-wake.C:
		case <-clock.C:
			if f.silent() {
				return state, errSilent
			}
			due = false
		}
		if !f.unreachable.IsZero() {
			// What is known is of the past: only the user's own patience can end.
			state = rollout.Expire(state, f.now())
		} else if due && f.snapshot != nil {
			var news []rollout.Event
			state, news = rollout.Step(state, f.snapshot, f.now())
			events = append(events, news...)
			f.watcher.Want(state.Wants)
			if f.unblock != nil {
				f.unblock.begin(&state)
			}
			wake.Reset(until(state.Wake, f.now()))
		}
		f.show(view.Frame{State: state, Release: release, Events: events, Now: f.now()})
	}
	return state, nil
}

// take keeps the newest snapshot and tells when the server stops answering, and when it is back. While
// it is away the state's clocks stand still.
func (f *follower) take(u watch.Update, state *rollout.State) []rollout.Event {
	var news []rollout.Event
	if u.Snapshot != nil {
		f.snapshot = u.Snapshot
		news = f.forbiddenNews()
	}
	was := f.unreachable
	f.unreachable = u.Unreachable
	switch {
	case was.IsZero() && !f.unreachable.IsZero():
		news = append(news, f.warning(fmt.Sprintf("the API server does not answer: %v; still trying", u.Trouble)))
	case !was.IsZero() && f.unreachable.IsZero():
		*state = rollout.Resume(*state, f.now().Sub(was))
		news = append(news, f.warning("the API server answers again"))
	}
	return news
}

// silent tells whether the server has been away for too long.
func (f *follower) silent() bool {
	return !f.unreachable.IsZero() && f.now().Sub(f.unreachable) >= maxSilence
}

func (f *follower) warning(message string) rollout.Event { return Warning(f.now(), message) }

// show passes a frame to the view. A terminal or pipe that is gone must not end a release that is half-way.
func (f *follower) show(frame view.Frame) {
	if err := f.view.Show(frame); err != nil {
		f.view = view.None()
	}
}

// until is the time left to a moment; with none set, long enough to count as never.
func until(moment, now time.Time) time.Duration {
	if moment.IsZero() {
		return 24 * time.Hour
	}
	return max(moment.Sub(now), 0)
}
