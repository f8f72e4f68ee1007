package cluster

import (
	"context"
	"fmt"
	"slices"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// PreflightOptions say what the release will need.
type PreflightOptions struct {
	// Watch: the rollout will be watched, so that it has to be visible.
	Watch bool
	// OldPods: success will also need to see the old pods go.
	OldPods      bool
	FieldManager string
	// Keys are those that a Secret or ConfigMap will have by then, where the release writes it.
	Keys map[workload.Ref][]string
	// Resuming is the command that makes the change to a workload that is paused, and resumes it; nil where
	// the verb has none.
	Resuming func(workload.Ref) string
}

// checker answers one question about all the changes.
type checker func(context.Context, []Change) ([]Check, error)

// Preflight asks everything that can be known before anything is written. What can't be asked for
// lack of permission is reported as such and never refused for it. The requests run side by side:
// for one workload a dry run, the user's rules and the quotas, and one for each object that the
// template names.
func (c *Cluster) Preflight(ctx context.Context, changes []Change, o PreflightOptions) (Report, error) {
	if refused := RefusePaused(changes, o.Resuming); len(refused) > 0 {
		return Report{Checks: refused, Changes: changes}, nil
	}
	var tried []Change
	checkers := []checker{
		func(ctx context.Context, changes []Change) ([]Check, error) {
			return c.checkPermissions(ctx, changes, o)
		},
		func(ctx context.Context, changes []Change) (checks []Check, err error) {
			tried, checks, err = c.checkAdmission(ctx, changes, o)
			return checks, err
		},
		func(ctx context.Context, changes []Change) ([]Check, error) {
			return c.checkReferences(ctx, changes, o.Keys)
		},
		c.checkQuotas,
	}
	found, err := Each(ctx, checkers, func(ctx context.Context, check checker) ([]Check, error) {
		return check(ctx, changes)
	})
	if err != nil {
		return Report{}, err
	}
	return Report{Checks: append(slices.Concat(found...), checkOwners(changes)...), Changes: tried}, nil
}

// RefusePaused comes before all else: a paused workload takes the change and does nothing with it. resuming is
// the command that makes the change and resumes; nil where there is none.
func RefusePaused(changes []Change, resuming func(workload.Ref) string) []Check {
	var refused []Check
	for _, change := range changes {
		if !change.Paused() || change.Edit.Resume {
			continue
		}
		ref := change.Ref()
		next := []string{"kubectl rollout resume " + ref.String() + InFlag(ref.Namespace)}
		if resuming != nil {
			next = []string{resuming(ref), next[0]}
		}
		message := "the change would be stored and not rolled out"
		if change.Unchanged() {
			message = "the change is stored already and not rolled out"
		}
		refused = append(refused, Check{
			Check: CheckPaused, Level: Refuse, Workload: ref, Object: ref.String(),
			Message: fmt.Sprintf("%s is paused: %s", ref, message),
			Next:    next,
		})
	}
	return refused
}

// namespaces are those of the changes, each with its changes, in a stable order.
func namespaces(changes []Change) (order []string, in map[string][]Change) {
	in = map[string][]Change{}
	for _, change := range changes {
		ns := change.GetNamespace()
		if _, known := in[ns]; !known {
			order = append(order, ns)
		}
		in[ns] = append(in[ns], change)
	}
	return order, in
}

// checkOwners warns of those who will write the workload again.
func checkOwners(changes []Change) []Check {
	var checks []Check
	for _, change := range changes {
		ref := change.Ref()
		for _, owner := range workload.Owners(change.Object) {
			if change.restarts() && !undoesRestarts[owner.Tool] {
				continue
			}
			message, next := OwnerWarning(ref, owner)
			checks = append(checks, Check{Check: CheckOwner, Level: Warn, Workload: ref, Object: ref.String(), Message: message, Next: next})
		}
	}
	return checks
}
