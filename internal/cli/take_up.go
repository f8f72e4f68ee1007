package cli

import (
	"context"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// pending divides workloads that have the template already: those whose rollout is still under way or
// has failed, and the others.
func pending(unchanged []cluster.Change) (pending, settled []cluster.Change) {
	for _, c := range unchanged {
		if c.Before.Workload.Desired > 0 && !c.Before.Complete() {
			pending = append(pending, c)
		} else {
			settled = append(settled, c)
		}
	}
	return pending, settled
}

func (r *release) warnPending(pending []cluster.Change) {
	for _, c := range pending {
		r.warn(fmt.Sprintf("%s has this template already, and its rollout is not complete", c.Ref()))
	}
}

// takeUp watches rollouts that were found under way: a job that is run again must not end well
// because the one before it had written the change. Nothing was written, so nothing goes back.
func (r *release) takeUp(ctx context.Context, pending, settled []cluster.Change) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	f, err := r.startWatch(ctx, work, pending)
	if err != nil {
		return r.untouched(ctx, err)
	}
	f.recorder.taken()
	state, err := f.follow(ctx, rollout.Start(found(pending), r.policy, r.env.Now()), nil)
	end := ending{unchanged: settled, state: state, message: "the template is the same already: nothing was changed"}
	switch {
	case err != nil && ctx.Err() == nil:
		end.state.Outcome, end.message = rollout.Undecided, fmt.Sprintf("can't be watched any further: %v", err)
	case err != nil:
		end.state.Outcome = rollout.Interrupted
	}
	r.warnDuring(f, &state, stampAll(work, r.cluster, f, end.state, r.writeOptions())...)
	for i, c := range pending {
		if end.state.Outcome != rollout.Succeeded {
			end.next = append(end.next, app("rollout status", c.Ref()), undoOf(c.Ref(), end.state.Workloads[i].Findings))
		}
	}
	return r.finish(ctx, f, end)
}

// found are workloads to be watched that were not written, so that there is nothing to restore.
func found(pending []cluster.Change) []rollout.Target {
	all := make([]rollout.Target, 0, len(pending))
	for _, c := range pending {
		all = append(all, rollout.Target{Ref: c.Ref(), UID: c.Deployment.UID, Generation: c.Deployment.Generation})
	}
	return all
}
