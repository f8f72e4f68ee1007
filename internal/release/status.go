package release

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// setClock goes by the clock of the cluster: what was found under way is judged by the cluster's times.
func (r *Release) setClock(ahead time.Duration) {
	now := r.Now
	r.Now, r.started = func() time.Time { return now().Add(ahead) }, r.started.Add(ahead)
}

// Watch watches rollouts that were found under way by a policy of their own; that of the release is for the way back.
// The snapshot is the last one.
func (r *Release) Watch(ctx context.Context, attached []cluster.Written, policy rollout.Policy) (*rollout.Result, rollout.Snapshot, error) {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	r.setClock(r.cluster.Skew())
	objects := make([]cluster.Object, 0, len(attached))
	for _, w := range attached {
		objects = append(objects, w.Object)
	}
	f, err := r.watch(work, objects)
	if err != nil {
		return nil, nil, err
	}
	f.recorder.taken(policy)
	end := ending{written: attached, state: r.start(found(attached), policy)}
	if policy.Once {
		end.state, err = f.once(ctx, end.state)
	} else {
		end.state, err = f.follow(ctx, end.state, nil)
	}
	if err != nil && ctx.Err() == nil {
		return nil, nil, errors.Join(err, f.close())
	}
	if err != nil {
		end.state.Outcome = rollout.Interrupted
	}
	// Without permission to write there is no annotation: a status is asked for by readers too.
	_ = r.recordVerdicts(work, f, end.state)
	var elsewhere map[int]string
	switch {
	case end.state.Outcome != rollout.Failed:
	case r.OnFailure != Keep:
		r.onFailure(ctx, work, f, &end)
	case !policy.Once:
		elsewhere = f.rollbacksElsewhere(ctx, end.state, objects)
	}
	result := r.sum(&end)
	for i, message := range elsewhere {
		result.Workloads[i].Rollback = &rollout.RollbackResult{Outcome: rollout.Undecided, Message: message}
	}
	result.Warnings = slices.Clone(r.warnings)
	r.command.Complete(ctx, &result)
	return &result, f.snapshot, end.conclude(f, result)
}
