package release

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// takeAway deletes what the release has created, and waits until it is gone. The workloads of such a release are all new.
func (r *Release) takeAway(ctx, work context.Context, f *follower, end *ending) {
	state := rollout.State{Started: r.Now(), Policy: r.Policy, Outcome: rollout.Succeeded}
	for _, w := range end.written {
		back, ref := rollout.WorkloadState{Target: w.Target(), Phase: rollout.Done}, w.Ref()
		shown := state
		shown.Workloads = append(shown.Workloads[:len(shown.Workloads):len(shown.Workloads)], back)
		f.showEvents(shown, &end.state, []rollout.Event{{Time: r.Now(), Type: rollout.EventRollback, Workload: &ref, Message: "deleting it, and waiting until its pods are gone"}})
		back.Outcome, back.Message = rollout.Succeeded, "deleted"
		err := r.cluster.DeleteNew(work, w, r.WriteOptions())
		if err == nil {
			err = f.gone(ctx, w)
		}
		if err != nil {
			back.Outcome, back.Message = deletionOutcome(ctx, err), err.Error()
			if superseded := (*cluster.SupersededError)(nil); errors.As(err, &superseded) {
				back.Message = superseded.What
			}
			end.next = append(end.next, Kubectl("get", ref))
		}
		if rollout.Worse(state.Outcome, back.Outcome) == back.Outcome {
			state.Outcome = back.Outcome
		}
		state.Workloads = append(state.Workloads, back)
	}
	if state.Outcome == rollout.Succeeded {
		_, faults := r.changes.restore(work, func(Change) bool { return true })
		end.unrestored = len(faults) > 0
		for _, err := range faults {
			r.warnDuring(f, &end.state, err.Error())
		}
	}
	end.rollback = &state
}

// deletionOutcome is what the error of a deletion means for the workload.
func deletionOutcome(ctx context.Context, err error) rollout.Outcome {
	switch {
	case errors.As(err, new(*cluster.SupersededError)):
		return rollout.Superseded
	case ctx.Err() != nil:
		return rollout.Interrupted
	}
	return rollout.Failed
}

// maxDeletion is how long pods may need to end: longer than any usual grace period.
const maxDeletion = 5 * time.Minute

// maxLag is how long the watch may take to see a workload that was created.
const maxLag = 10 * time.Second

// gone waits until a workload that is being deleted is gone. The API keeps it until its pods are.
func (f *follower) gone(ctx context.Context, w cluster.Written) error {
	enough, late := time.NewTimer(maxDeletion), time.NewTimer(maxLag)
	defer enough.Stop()
	defer late.Stop()
	none := rollout.State{Started: f.now()}
	known := false // until then, its absence may be that from before it was created
	for {
		seen := f.snapshot[w.Ref()].Workload
		// Where the answer to the write was lost, the UID is not known.
		switch there := seen != nil && (seen.UID == w.GetUID() || w.GetUID() == ""); {
		case there:
			known = true
		case known:
			return nil
		}
		select {
		case <-late.C:
			known = f.snapshot != nil
		case <-ctx.Done():
			return fmt.Errorf("%w: it is being deleted, and not known to be gone", context.Cause(ctx))
		case <-enough.C:
			return fmt.Errorf("it is being deleted, and still there after %s", maxDeletion)
		case update, open := <-f.watcher.Updates():
			if !open {
				return errors.Join(errors.New("it is being deleted, and the watch ended before it was gone"), f.watcher.Err(), context.Cause(ctx))
			}
			f.showEvents(none, nil, f.take(update, &none))
		}
	}
}
