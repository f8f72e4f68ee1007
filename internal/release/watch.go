package release

import (
	"context"
	"errors"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// follower watches workloads and shows what it sees, for one release and its rollback.
type follower struct {
	now      func() time.Time
	watcher  Watch
	stop     context.CancelFunc
	view     view.View
	recorder *recorder

	// unblock is nil where no pod may be deleted.
	unblock *unblocker

	snapshot    rollout.Snapshot
	unreachable time.Time           // since when the server has not answered; zero while it does
	forbidden   map[unreadable]bool // what was shown as unreadable
}

// close ends the watch and waits for it, and completes the recording. Calling it again is allowed.
func (f *follower) close() error {
	f.stop()
	for range f.watcher.Updates() { //nolint:revive // drained until the watcher has closed it
	}
	return errors.Join(f.view.Close(), f.recorder.close())
}

// firstSnapshot waits until everything has been listed once.
func (f *follower) firstSnapshot(ctx context.Context) error {
	clock := time.NewTicker(view.Refresh)
	defer clock.Stop()
	for f.snapshot == nil {
		select {
		case <-clock.C:
			if f.silent() {
				return errSilent
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		case update, open := <-f.watcher.Updates():
			if !open {
				return errors.Join(f.watcher.Err(), context.Cause(ctx))
			}
			none := rollout.State{Started: f.now()}
			f.showEvents(none, nil, f.take(update, &none))
		}
	}
	return nil
}

// announce shows one event for each workload of a release.
func (f *follower) announce(state *rollout.State, kind rollout.EventType, message string) {
	events := make([]rollout.Event, 0, len(state.Workloads))
	for i := range state.Workloads {
		w := &state.Workloads[i]
		ref := w.Target.Ref
		if w.Phase != rollout.Done { // what is not watched has been told of
			events = append(events, rollout.Event{Time: f.now(), Type: kind, Workload: &ref, Message: message, Changes: w.Changes})
		}
	}
	f.showEvents(*state, nil, events)
}

func (f *follower) showEvents(state rollout.State, release *rollout.State, events []rollout.Event) {
	if len(events) > 0 {
		f.show(view.Frame{State: state, Release: release, Events: events, Now: f.now()})
	}
}

// conclude shows the result and ends the view.
func (f *follower) conclude(state *rollout.State, release *rollout.State, r rollout.Result) {
	f.showEvents(*state, release, []rollout.Event{{
		Time: f.now(), Type: rollout.EventResult, Outcome: r.Outcome, Message: r.Message,
	}})
	if err := f.view.Finish(r); err != nil {
		f.view = view.None()
	}
}

// evidencePatience is how long what explains a failure may take to be read, where nothing else is waited for.
const evidencePatience = 2 * time.Second

// once judges what is there now, without waiting for more than the logs and events that tell of it. What
// that does not decide is Undecided: no time ran out.
func (f *follower) once(ctx context.Context, state rollout.State) (rollout.State, error) {
	if err := f.firstSnapshot(ctx); err != nil {
		return state, err
	}
	state, events := rollout.Step(state, f.snapshot, f.now())
	f.showEvents(state, nil, events)
	state, err := f.evidence(ctx, state)
	if err != nil {
		return state, err
	}
	if state.Outcome == "" {
		state.Outcome = rollout.Undecided
		for i := range state.Workloads {
			if w := &state.Workloads[i]; w.Outcome == "" {
				w.Outcome, w.Message = rollout.Undecided, "still in progress"
			}
		}
	}
	return state, nil
}

// evidence judges again with what the first look has asked for.
func (f *follower) evidence(ctx context.Context, state rollout.State) (rollout.State, error) {
	enough := time.NewTimer(evidencePatience)
	defer enough.Stop()
	for state.Outcome == "" && !state.Wants.Empty() {
		f.watcher.Want(state.Wants)
		select {
		case <-ctx.Done():
			return state, context.Cause(ctx)
		case <-enough.C: // what has not come tells nothing more
			state, events := rollout.Step(state, f.snapshot, f.now())
			f.showEvents(state, nil, events)
			return state, nil
		case update, open := <-f.watcher.Updates():
			if !open {
				return state, errors.Join(f.watcher.Err(), context.Cause(ctx))
			}
			events := f.take(update, &state)
			if f.unreachable.IsZero() { // what is known is of the past otherwise
				var news []rollout.Event
				state, news = rollout.Step(state, f.snapshot, f.now())
				events = append(events, news...)
			}
			f.showEvents(state, nil, events)
		}
	}
	return state, nil
}
