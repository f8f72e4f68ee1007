package release

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
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// carryOut writes the changes and follows them to the end. From here on the objects are changed: no
// path returns without a result that says how they were left. What has the template already and is
// not finished with it is watched with them: a release is good when all of its workloads are.
func (r *Release) carryOut(ctx context.Context, changed, pending, settled []cluster.Change) (*rollout.Result, error) {
	// A signal ends the watching, not the requests that bring the workloads to a defined state.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()

	if !r.Wait || len(pending) == 0 && !slices.ContainsFunc(changed, func(c cluster.Change) bool { return c.Effect() == "" }) {
		return r.writeOnly(ctx, work, changed)
	}
	f, err := r.startWatch(ctx, work, slices.Concat(changed, pending))
	if err != nil {
		return r.Untouched(ctx, err)
	}
	var written []cluster.Written
	attached := r.attach(pending)
	if len(changed) == 0 {
		f.recorder.taken(r.Policy)
	} else if written, err = r.begin(ctx, work, f, changed, found(attached)); err != nil {
		return r.applyFailed(ctx, work, f, written, err)
	}
	goals := unblocking(targets(written), r.Undoes)
	if len(goals) > 0 {
		f.unblock = r.unblocker(work)
	}
	state := r.start(slices.Concat(goals, found(attached)), r.Policy)
	state, err = f.follow(ctx, state, nil)
	end := ending{written: slices.Concat(written, attached), untouched: len(written) == 0, unchanged: settled, state: state}
	if err != nil {
		return r.watchEnded(ctx, work, f, end, err)
	}
	r.warnDuring(f, &state, r.recordVerdicts(work, f, state)...)
	if state.Outcome == rollout.Failed {
		r.onFailure(ctx, work, f, &end)
	}
	return r.finish(ctx, f, end)
}

// begin writes the changes while the watch is under way. The recording names what is watched with them, too.
func (r *Release) begin(ctx, work context.Context, f *follower, changed []cluster.Change, found []rollout.Target) ([]cluster.Written, error) {
	at := r.Now()
	written, err := r.apply(ctx, work, changed)
	if len(written) > 0 {
		f.recorder.changed(at, r.Policy, r.command.Line(), r.command.Reason(), slices.Concat(targets(written), found))
	}
	if err != nil {
		return written, err
	}
	state := r.start(targets(written), r.Policy)
	f.announce(&state, rollout.EventApplied, "written")
	r.warnDuring(f, &state, r.amendVerdicts(work, written)...)
	return written, nil
}

// start begins the watch of this release, whose times count from the start of the command.
func (r *Release) start(targets []rollout.Target, policy rollout.Policy) rollout.State {
	state := rollout.Start(targets, policy, r.Now())
	state.Started = r.started
	return state
}

// apply writes the changes, those of the workloads last, and prints what was written. If none of the workloads is
// written, the others are restored.
func (r *Release) apply(ctx, work context.Context, changed []cluster.Change) ([]cluster.Written, error) {
	if err := r.changes.write(ctx, work); err != nil {
		return nil, err
	}
	o := r.WriteOptions()
	o.Joint = r.changes.held() || r.OnFailure == Delete
	written, err := r.cluster.Apply(ctx, changed, o)
	r.Warn(r.newNotes()...) // of plans that were made again after a conflict
	for _, w := range written {
		// The line of a write that happened is owed even if stdout is gone: the release goes on.
		_ = r.command.Print(w.API)
		if effect := w.Effect(); effect != "" {
			r.tell(w.Ref(), effect)
		}
	}
	if partial := (*cluster.PartialError)(nil); err != nil && !errors.As(err, &partial) {
		err = r.changes.restoreAfter(work, err)
	}
	return written, err
}

// writeOnly is all that --wait=false asks for, and all that can be done where nothing is to be watched.
func (r *Release) writeOnly(ctx, work context.Context, changed []cluster.Change) (*rollout.Result, error) {
	written, err := r.apply(ctx, work, changed)
	if err == nil {
		r.Warn(r.amendVerdicts(work, written)...)
		return r.notWatched(ctx, written), nil
	}
	// All or none holds here as well: what was written goes back, and that is watched.
	if partial := (*cluster.PartialError)(nil); !errors.As(err, &partial) {
		return r.notBegun(ctx, err)
	}
	f, watchErr := r.startWatch(ctx, work, changed)
	if watchErr != nil { // they go back all the same
		f = &follower{now: r.Now, watcher: noWatch{watchErr}, stop: func() {}, view: r.view}
	}
	return r.applyFailed(ctx, work, f, written, err)
}

// noWatch is a watch that could not be started.
type noWatch struct{ err error }

func (noWatch) Updates() <-chan watch.Update {
	none := make(chan watch.Update)
	close(none)
	return none
}
func (noWatch) Want(diagnosis.Wants) {}
func (w noWatch) Err() error         { return w.err }

// watch begins to watch workloads.
func (r *Release) watch(work context.Context, objects []cluster.Object) (*follower, error) {
	targets := make([]watch.Target, 0, len(objects))
	for _, o := range objects {
		targets = append(targets, watch.Target{Ref: o.Ref(), Selector: o.Selector()})
	}
	record, err := newRecorder(r.Recording, r.Now)
	if err != nil {
		return nil, err
	}
	work, stop := context.WithCancel(work)
	watcher, err := r.cluster.Watch(work, targets, record.tap())
	if err != nil {
		stop()
		return nil, errors.Join(err, record.close())
	}
	return &follower{now: r.Now, watcher: watcher, stop: stop, view: r.view, recorder: record}, nil
}

func (r *Release) startWatch(ctx, work context.Context, changes []cluster.Change) (*follower, error) {
	objects := make([]cluster.Object, 0, len(changes))
	for _, c := range changes {
		if c.Effect() == "" {
			objects = append(objects, c.Object)
		}
	}
	f, err := r.watch(work, objects)
	if err != nil {
		return nil, err
	}
	f.forbidden = maps.Clone(r.forbidden)
	// A recording has to hold what was there before the change.
	if r.Recording != "" {
		if err := f.firstSnapshot(ctx); err != nil {
			return nil, errors.Join(err, f.close())
		}
	}
	return f, nil
}

// WriteOptions are those of every write of the release.
func (r *Release) WriteOptions() cluster.WriteOptions {
	return cluster.WriteOptions{FieldManager: r.FieldManager}
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
	// incomplete: not all workloads could be written, so that nothing was judged.
	incomplete bool
	// unrestored: not all that was written before the workloads was taken back.
	unrestored bool
	// message says what the states do not: what an undo can't restore.
	message string
	// kept is why workloads are not rolled back.
	kept string
	next []string
	// interrupted is when a signal came; zero if none did.
	interrupted time.Time
	// paused are those that --on-failure=pause has stopped.
	paused []workload.Ref
}

// broughtBack tells whether all that was written is verified to be as it was.
func (e *ending) broughtBack() bool {
	return e.rollback != nil && !e.unrestored && len(e.rollback.Workloads) == len(e.written) &&
		!slices.ContainsFunc(e.rollback.Workloads, func(w rollout.WorkloadState) bool {
			return w.Outcome != rollout.Succeeded && w.Outcome != rollout.Unchanged
		})
}

// applyFailed: some of the workloads may be written. A release is all or nothing, so those go back.
func (r *Release) applyFailed(ctx, work context.Context, f *follower, written []cluster.Written, cause error) (*rollout.Result, error) {
	var partial *cluster.PartialError
	if !errors.As(cause, &partial) {
		result, err := r.notBegun(ctx, cause)
		return result, errors.Join(err, f.close())
	}
	// Whether the doubtful ones were written is looked up on the way back.
	all := slices.Concat(written, partial.Altered, partial.Doubtful)
	end := ending{written: all, state: r.start(targets(all), r.Policy), message: cause.Error(), incomplete: true}
	end.state.Outcome = rollout.Failed
	watching := ctx
	if ctx.Err() != nil {
		end.state.Outcome, end.message = rollout.Interrupted, fmt.Sprintf("%v while the change was being written", context.Cause(ctx))
		end.interrupted = r.Now()
		watching = work
	}
	for i := range end.state.Workloads {
		w := &end.state.Workloads[i]
		w.Outcome, w.Message = rollout.Failed, "written, but the release stopped before all workloads were written"
		switch {
		case i >= len(written)+len(partial.Altered):
			w.Message = "the API server did not answer the write: it may have been stored"
		case i >= len(written):
			w.Message = "the API server stored something else: a webhook or a policy changed it"
		}
	}
	if len(all) > 0 && all[0].Scaled { // a number that nobody has judged goes back whatever becomes of one that failed
		for i := range all {
			before := *all[i].Before
			before.Serving, all[i].Before = true, &before
		}
		r.rollBack(watching, work, f, &end)
		return r.finish(ctx, f, end)
	}
	r.onFailure(watching, work, f, &end)
	return r.finish(ctx, f, end)
}

// onFailure does what --on-failure asks for.
func (r *Release) onFailure(ctx, work context.Context, f *follower, end *ending) {
	switch r.OnFailure {
	case Rollback:
		r.rollBack(ctx, work, f, end)
	case Pause:
		r.pause(work, f, end)
	case Delete:
		r.takeAway(ctx, work, f, end)
	default: // keep
		var found [][]diagnosis.Finding
		for i := range end.state.Workloads {
			if w := &end.state.Workloads[i]; w.Outcome == rollout.Failed {
				found = append(found, w.Findings)
			}
		}
		end.next = append(end.next, afterCauses(found, r.wayBack(end))...)
	}
}

// findings are those of a workload.
func (e *ending) findings(ref workload.Ref) []diagnosis.Finding {
	for i := range e.state.Workloads {
		if w := &e.state.Workloads[i]; w.Target.Ref == ref {
			return w.Findings
		}
	}
	return nil
}

// wayBack are the commands that take a change back; where no undo brings all of it back, those that change it again.
func (r *Release) wayBack(end *ending) []string {
	commands := r.changes.again()
	for _, w := range end.written {
		if w.New {
			commands = append(commands, Kubectl("delete", w.Ref()))
			continue
		}
		if !r.changes.undoRestores() || w.Scaled && w.Doubt != "" || restarted(w) {
			continue
		}
		if w.Scaled {
			commands = append(commands, scaleTo(w.Ref(), w.Before.Workload.Desired))
		} else if w.Kind.Releasable() {
			commands = append(commands, Undo(w.Ref(), 0, end.findings(w.Ref())...))
		} else if images := w.OldImages(); len(images) > 0 {
			commands = append(commands, Kubectl("app set image", w.Ref())+" "+strings.Join(images, " "))
		}
	}
	return commands
}

// restarted tells whether nothing but the time of the restart is new: an undo would bring back what fails in the same way.
func restarted(w cluster.Written) bool {
	return w.Before != nil && !w.Scaled && workload.OnlyRestarts(&w.Before.Workload.Template, w.Template())
}

// pause stops each rollout where it is.
func (r *Release) pause(work context.Context, f *follower, end *ending) {
	for _, w := range end.written {
		if w.Effect() != "" {
			continue
		}
		if _, err := r.cluster.Pause(work, w, r.WriteOptions()); err != nil {
			r.warnDuring(f, &end.state, fmt.Sprintf("%s could not be paused: %v", w.Ref(), err))
			continue
		}
		end.paused = append(end.paused, w.Ref())
		if r.changes.undoRestores() { // as in wayBack
			end.next = append(end.next, UndoAndResume(w.Ref(), 0))
		}
		end.next = append(end.next, App("rollout resume", w.Ref()))
	}
}

// watchEnded: a signal, or an error that the watch can't go on after.
func (r *Release) watchEnded(ctx, work context.Context, f *follower, end ending, cause error) (*rollout.Result, error) {
	if ctx.Err() == nil {
		// The watch broke off. The change is written, and how it ends is not known.
		end.state.Outcome = rollout.Undecided
		end.message = fmt.Sprintf("the watch failed: %v", cause)
		if !end.untouched {
			end.message = "the change is written, but " + end.message
		}
		for _, w := range end.written {
			end.next = append(end.next, watchAgain(w))
		}
		return r.finish(ctx, f, end)
	}
	end.state.Outcome, end.interrupted = rollout.Interrupted, r.Now()
	if r.OnInterrupt != Keep {
		takeBack, doing := r.rollBack, "rolling back"
		if r.OnInterrupt == Delete {
			takeBack, doing = r.takeAway, "deleting what was created"
		}
		r.warnDuring(f, &end.state, fmt.Sprintf("%v: %s", context.Cause(ctx), doing))
		takeBack(work, work, f, &end)
		if end.broughtBack() && r.OnInterrupt == Delete {
			end.message = "deleted, and its pods are gone"
		} else if end.broughtBack() {
			end.message = "rolled back and verified"
		}
		return r.finish(ctx, f, end)
	}
	for _, w := range end.written {
		end.next = append(end.next, watchAgain(w))
	}
	end.message = fmt.Sprintf("%v: this command changed nothing, and the rollout goes on", context.Cause(ctx))
	if !end.untouched {
		end.next = append(end.next, r.wayBack(&end)...)
		end.message = fmt.Sprintf("%v: the change is written and not rolled back", context.Cause(ctx))
	}
	return r.finish(ctx, f, end)
}
