package release

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// unfinished divides workloads that have the template already: those that are watched once more, since they
// are not healthy or their rollout has no verdict yet, and the others.
func (r *Release) unfinished(unchanged []cluster.Change) (pending, settled []cluster.Change) {
	for _, c := range unchanged {
		if unhealthy(c) || c.Before.Soaking(r.Policy.Soak, r.Now()) && (c.Repeats() || r.Creates && len(c.Revisions) == 1) {
			pending = append(pending, c)
		} else {
			settled = append(settled, c)
		}
	}
	return pending, settled
}

func unhealthy(c cluster.Change) bool {
	if c.Scales() {
		return !c.Before.Scaled()
	}
	return c.Before.Workload.Desired > 0 && !c.Before.Complete()
}

func (r *Release) warnPending(pending []cluster.Change) {
	for _, c := range pending {
		if c.Scales() {
			text := alreadyScaled(c.Before.Workload)
			if r.Wait && r.DryRun == DryRunNone {
				text += "; watching them"
			}
			r.Warn(text)
			continue
		}
		text, watch := fmt.Sprintf("%s is already rolling out this change", c.Ref()), "; resuming the watch"
		if over := c.Before.Over(r.Policy.Soak, r.Now()); over != "" && unhealthy(c) {
			w := c.Before.Workload
			text, watch = fmt.Sprintf("%s, but only %d of %d pods are ready now", over, w.Ready, w.Desired), "; watching them"
		}
		if r.Wait && r.DryRun == DryRunNone {
			text += watch
		}
		r.Warn(text)
	}
}

// attach makes rollouts that were found under way part of this release: a job that was killed after its
// write is finished by the same command, run again. Only this very change is rolled back.
func (r *Release) attach(pending []cluster.Change) []cluster.Written {
	all := make([]cluster.Written, 0, len(pending))
	for _, c := range pending {
		if c.Scales() {
			all = append(all, scaledBefore(c))
			continue
		}
		w := c.Attach()
		over := c.Before.Over(r.Policy.Soak, r.Now())
		switch {
		case w.Doubt != "", w.New:
		case over != "" && unhealthy(c): // its pods failed later: nothing to roll back
			w.Doubt = over
		case !r.changes.undoRestores():
			w.Doubt = fmt.Sprintf("the earlier data of %s is not known", r.changes.names())
		case !c.Repeats():
			w.Doubt = fmt.Sprintf("the rollout of %s changes more than this command", c.Ref())
		}
		all = append(all, w)
	}
	return all
}

// found are rollouts to be watched that were not written here.
func found(attached []cluster.Written) []rollout.Target {
	all := make([]rollout.Target, 0, len(attached))
	for _, w := range attached {
		if w.Scaled {
			all = append(all, w.Target())
			continue
		}
		target := rollout.Target{Ref: w.Ref(), UID: w.GetUID(), Generation: w.GetGeneration()}
		if w.New {
			target.Baseline = w.Before
		}
		all = append(all, target)
	}
	return all
}
