package preflight

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// runScale asks what can be known before the replicas are written: for one workload the user's rules, the autoscalers and, if
// pods are added, the quotas.
func (c checker) runScale(ctx context.Context, changes []cluster.Change, o Options) (Report, error) {
	questions := []question{
		func(ctx context.Context, changes []cluster.Change) ([]Check, error) {
			return c.checkPermissions(ctx, changes, o)
		},
	}
	if slices.ContainsFunc(changes, func(change cluster.Change) bool { return addedPods(change) > 0 }) {
		questions = append(questions, c.checkQuotas)
	}
	if o.DryRun {
		questions = append(questions, func(ctx context.Context, changes []cluster.Change) (checks []Check, err error) {
			_, checks, err = c.checkAdmission(ctx, changes, o)
			return checks, err
		})
	}
	known := changes
	questions = append(questions, func(ctx context.Context, changes []cluster.Change) (checks []Check, err error) {
		known, checks, err = c.checkAutoscalers(ctx, changes)
		return checks, err
	})
	found, err := cluster.Each(ctx, questions, func(ctx context.Context, ask question) ([]Check, error) { return ask(ctx, changes) })
	if err != nil {
		return Report{}, err
	}
	return Report{Checks: append(slices.Concat(found...), checkReplicaOwners(changes)...), Changes: known}, nil
}

// addedPods is how many pods a scale adds.
func addedPods(change cluster.Change) int32 {
	if !change.Scales() {
		return 0
	}
	return max(0, *change.Edit.Replicas-change.Replicas())
}

// refuseMade refuses to scale what a controller scales all the time.
func refuseMade(changes []cluster.Change) []Check {
	var refused []Check
	for _, change := range changes {
		maker := metav1.GetControllerOfNoCopy(change)
		if !change.Scales() || maker == nil || workload.KindNamed(maker.Kind) == nil {
			continue
		}
		ref, by := change.Ref(), workload.Ref{Kind: maker.Kind, Namespace: change.GetNamespace(), Name: maker.Name}
		refused = append(refused, Check{
			Check: CheckOwner, Level: Refuse, Workload: ref, Object: ref.String(),
			Message: fmt.Sprintf("%s belongs to %s, which sets its replicas", ref, by),
			Next:    []string{fmt.Sprintf("kubectl app scale %s --replicas=COUNT%s", by, cluster.InFlag(ref.Namespace))},
		})
	}
	return refused
}

// checkReplicaOwners warns of those who will set the replicas again.
func checkReplicaOwners(changes []cluster.Change) []Check {
	var checks []Check
	for _, change := range changes {
		ref := change.Ref()
		for _, owner := range workload.ReplicaOwners(change.Object) {
			message, next := OwnerWarning(ref, owner)
			checks = append(checks, Check{Check: CheckOwner, Level: Warn, Workload: ref, Object: ref.String(), Message: message, Next: next})
		}
	}
	return checks
}
