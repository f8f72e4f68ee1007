package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// carryOut writes the changes and follows them to the end. From here on the objects are changed: no
// path returns without a result that says how they were left. What has the template already and is
// not finished with it is watched with them: a release is good when all of its workloads are.
func (r *release) carryOut(ctx context.Context, changed, pending, settled []cluster.Change) error {
	// A signal ends the watching, not the requests that bring the workloads to a defined state.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()

	if !r.flags.wait {
		return r.writeOnly(ctx, work, changed)
	}
	f, err := r.startWatch(ctx, work, slices.Concat(changed, pending))
	if err != nil {
		return r.untouched(ctx, err)
	}
	var written []cluster.Written
	attached := r.attach(pending)
	if len(changed) == 0 {
		f.recorder.taken()
	} else if written, err = r.begin(ctx, work, f, changed, found(attached)); err != nil {
		return r.applyFailed(ctx, work, f, written, err)
	}
	goals := targets(written)
	if r.undoes {
		goals, f.unblock = takingBack(goals), r.unblocking(work)
	}
	state := r.start(slices.Concat(goals, found(attached)), r.policy)
	state, err = f.follow(ctx, state, nil)
	end := ending{written: slices.Concat(written, attached), untouched: len(written) == 0, unchanged: settled, state: state}
	if err != nil {
		return r.watchEnded(ctx, work, f, end, err)
	}
	r.warnDuring(f, &state, stampAll(work, r.cluster, f, state, r.writeOptions())...)
	if state.Outcome == rollout.Failed {
		r.onFailure(ctx, work, f, &end)
	}
	return r.finish(ctx, f, end)
}

// begin writes the changes while the watch is under way. The recording names what is watched with them, too.
func (r *release) begin(ctx, work context.Context, f *follower, changed []cluster.Change, found []rollout.Target) ([]cluster.Written, error) {
	at := r.env.Now()
	written, err := r.apply(ctx, work, changed)
	if len(written) > 0 {
		f.recorder.changed(at, strings.Join(r.command, " "), r.reason(), slices.Concat(targets(written), found))
	}
	if err != nil {
		return written, err
	}
	state := r.start(targets(written), r.policy)
	f.announce(&state, rollout.EventApplied, "written")
	r.warnDuring(f, &state, r.amendStamps(work, written)...)
	return written, nil
}

// start begins the watch of this release, whose times count from the start of the command.
func (r *release) start(targets []rollout.Target, policy rollout.Policy) rollout.State {
	state := rollout.Start(targets, policy, r.env.Now())
	state.Started = r.started
	return state
}

// apply writes the changes, the content first, and prints what was written. If none of the workloads
// is written, the content is restored.
func (r *release) apply(ctx, work context.Context, changed []cluster.Change) ([]cluster.Written, error) {
	if err := r.content.write(ctx, work); err != nil {
		return nil, err
	}
	o := r.writeOptions()
	o.Joint = r.content.isWritten()
	written, err := r.cluster.Apply(ctx, changed, o)
	for _, w := range written {
		// The line of a write that happened is owed even if stdout is gone: the release goes on.
		_ = r.output.object(r.env, w.API)
	}
	if partial := (*cluster.PartialError)(nil); err != nil && !errors.As(err, &partial) {
		err = r.content.restoreAfter(work, err)
	}
	return written, err
}

// writeOnly is all that --wait=false asks for.
func (r *release) writeOnly(ctx, work context.Context, changed []cluster.Change) error {
	written, err := r.apply(ctx, work, changed)
	if err == nil {
		r.warn(r.amendStamps(work, written)...)
		return r.notWatched(ctx, written)
	}
	// All or none holds here as well: what was written goes back, and that is watched.
	if partial := (*cluster.PartialError)(nil); !errors.As(err, &partial) {
		return r.notBegun(ctx, err)
	}
	f, watchErr := r.startWatch(ctx, work, changed)
	if watchErr != nil {
		return errors.Join(err, watchErr)
	}
	return r.applyFailed(ctx, work, f, written, err)
}

// watch begins to watch workloads.
func (r *release) watch(work context.Context, objects []cluster.Object) (*follower, error) {
	watched := make([]watch.Target, 0, len(objects))
	for _, o := range objects {
		watched = append(watched, watch.Target{Ref: o.Ref(), Selector: o.Selector()})
	}
	return newFollower(work, r.env, r.cluster, r.view, watched, r.flags.recording)
}

func (r *release) startWatch(ctx, work context.Context, changes []cluster.Change) (*follower, error) {
	objects := make([]cluster.Object, 0, len(changes))
	for _, c := range changes {
		objects = append(objects, c.Object)
	}
	f, err := r.watch(work, objects)
	if err != nil {
		return nil, err
	}
	f.told = maps.Clone(r.told)
	// A recording has to hold what was there before the change.
	if r.flags.recording != "" {
		if err := f.firstSnapshot(ctx); err != nil {
			return nil, errors.Join(err, f.close())
		}
	}
	return f, nil
}

func (r *release) writeOptions() cluster.WriteOptions {
	return cluster.WriteOptions{FieldManager: r.flags.fieldManager}
}

func targets(written []cluster.Written) []rollout.Target {
	all := make([]rollout.Target, 0, len(written))
	for _, w := range written {
		all = append(all, w.Target())
	}
	return all
}

// ending is what is known when a release is over.
type ending struct {
	written   []cluster.Written // what was written, then what was attached to: the workloads of the state
	unchanged []cluster.Change
	// untouched: this command only attached to what it watched.
	untouched bool
	state     rollout.State
	// rollback is the watch of the way back; nil if none was taken.
	rollback *rollout.State
	// message says what the states do not: why nothing was rolled back, what an undo can't restore.
	message string
	next    []string
	// interrupted is when a signal came; zero if none did.
	interrupted time.Time
	// paused are those that --on-failure=pause has stopped.
	paused []workload.Ref
}

// broughtBack tells whether all that was written is verified to be as it was.
func (e *ending) broughtBack() bool {
	return e.rollback != nil && len(e.rollback.Workloads) == len(e.written) &&
		!slices.ContainsFunc(e.rollback.Workloads, func(w rollout.WorkloadState) bool {
			return w.Outcome != rollout.Succeeded && w.Outcome != rollout.Unchanged
		})
}

// applyFailed: some of the workloads may be written. A release is all or nothing, so those go back.
func (r *release) applyFailed(ctx, work context.Context, f *follower, written []cluster.Written, cause error) error {
	var partial *cluster.PartialError
	if !errors.As(cause, &partial) {
		return errors.Join(r.notBegun(ctx, cause), f.close())
	}
	// Whether the doubtful ones were written is looked up on the way back.
	all := slices.Concat(written, partial.Doubtful)
	end := ending{written: all, state: r.start(targets(all), r.policy), message: cause.Error()}
	end.state.Outcome = rollout.Failed
	watching := ctx
	if ctx.Err() != nil {
		end.state.Outcome, end.message = rollout.Interrupted, fmt.Sprintf("%v while the change was being written", context.Cause(ctx))
		end.interrupted = r.env.Now()
		watching = work
	}
	for i := range end.state.Workloads {
		w := &end.state.Workloads[i]
		w.Outcome, w.Message = rollout.Failed, "written, but the release stopped before all workloads were written"
		if i >= len(written) {
			w.Message = "the API server did not answer the write: it may have been stored"
		}
	}
	r.onFailure(watching, work, f, &end)
	return r.finish(ctx, f, end)
}

// onFailure does what --on-failure asks for.
func (r *release) onFailure(ctx, work context.Context, f *follower, end *ending) {
	switch r.flags.onFailure {
	case failureRollback:
		r.rollBack(ctx, work, f, end)
	case failurePause:
		r.pause(work, f, end)
	default: // keep
		end.next = append(end.next, r.wayBack(end)...)
	}
}

// wayBack are the commands that take a change back; none where no undo brings the old content back.
func (r *release) wayBack(end *ending) []string {
	var commands []string
	for i, w := range end.written {
		if r.content.undoable() {
			commands = append(commands, undoOf(w.Ref(), end.state.Workloads[i].Findings))
		}
	}
	return commands
}

// pause stops each rollout where it is.
func (r *release) pause(work context.Context, f *follower, end *ending) {
	for _, w := range end.written {
		if _, err := r.cluster.Pause(work, w, r.writeOptions()); err != nil {
			r.warnDuring(f, &end.state, fmt.Sprintf("%s could not be paused: %v", w.Ref(), err))
			continue
		}
		end.paused = append(end.paused, w.Ref())
		if r.content.undoable() { // as in wayBack
			end.next = append(end.next, undoAndResume(w.Ref(), 0))
		}
		end.next = append(end.next, kubectl("rollout resume", w.Ref()))
	}
}

// watchEnded: a signal, or an error that the watch can't go on after.
func (r *release) watchEnded(ctx, work context.Context, f *follower, end ending, cause error) error {
	if ctx.Err() == nil {
		// The watch broke off. The change is written, and how it ends is not known.
		end.state.Outcome = rollout.Undecided
		end.message = fmt.Sprintf("the watch failed: %v", cause)
		if !end.untouched {
			end.message = "the change is written, but " + end.message
		}
		for _, w := range end.written {
			end.next = append(end.next, app("rollout status", w.Ref()))
		}
		return r.finish(ctx, f, end)
	}
	end.state.Outcome, end.interrupted = rollout.Interrupted, r.env.Now()
	if r.flags.onInterrupt == failureRollback {
		r.warnDuring(f, &end.state, fmt.Sprintf("%v: rolling back", context.Cause(ctx)))
		r.rollBack(work, work, f, &end)
		if end.broughtBack() && !r.content.isWritten() {
			end.message = "rolled back and verified"
		}
		return r.finish(ctx, f, end)
	}
	for i := range end.state.Workloads {
		w := &end.state.Workloads[i]
		end.next = append(end.next, app("rollout status", w.Target.Ref))
	}
	end.message = fmt.Sprintf("%v: this command changed nothing, and the rollout goes on", context.Cause(ctx))
	if !end.untouched {
		end.next = append(end.next, r.wayBack(&end)...)
		end.message = fmt.Sprintf("%v: the change is written and not rolled back", context.Cause(ctx))
	}
	return r.finish(ctx, f, end)
}
