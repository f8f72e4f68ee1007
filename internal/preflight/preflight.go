package preflight

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Options say what the release will need.
type Options struct {
	// Watch: the rollout will be watched, so that it has to be visible.
	Watch bool
	// OldPods: success will also need to see the old pods go.
	OldPods      bool
	FieldManager string
	// DryRun: the server's answer to a scale is wanted, too.
	DryRun bool
	// Details: how the pods are replaced is said, too.
	Details bool
	// Keys are those that a Secret or ConfigMap will have by then, where the release writes it.
	Keys map[workload.Ref][]string
	// Claims are those that the release creates.
	Claims []*corev1.PersistentVolumeClaim
	// Pauses: a rollout that fails will be paused. Deletes: what is created may be deleted again. Undoes: the change is an undo.
	Pauses, Deletes, Undoes bool
	// Resuming is the command that makes the change to a workload that is paused, and resumes it; nil where
	// the verb has none.
	Resuming func(workload.Ref) string
}

// checker asks a cluster.
type checker struct{ *cluster.Cluster }

// question is one thing to find out about all the changes.
type question func(context.Context, []cluster.Change) ([]Check, error)

// Run asks everything that can be known before anything is written. What can't be asked for
// lack of permission is reported as such and never refused for it. The requests run side by side:
// for one workload a dry run, the user's rules and the quotas, and one for each object that the
// template names.
func Run(ctx context.Context, in *cluster.Cluster, changes []cluster.Change, o Options) (Report, error) {
	c := checker{in}
	if refused := slices.Concat(RefusePaused(changes, o.Resuming), refuseUnpausable(changes, o.Pauses), refuseFixed(changes), refuseMade(changes)); len(refused) > 0 {
		return Report{Checks: refused, Changes: changes}, nil
	}
	if len(changes) > 0 && changes[0].Scales() {
		return c.runScale(ctx, changes, o)
	}
	var tried []cluster.Change
	questions := []question{
		func(ctx context.Context, changes []cluster.Change) ([]Check, error) {
			return c.checkPermissions(ctx, changes, o)
		},
		func(ctx context.Context, changes []cluster.Change) (checks []Check, err error) {
			tried, checks, err = c.checkAdmission(ctx, changes, o)
			return checks, err
		},
		func(ctx context.Context, changes []cluster.Change) ([]Check, error) {
			return c.checkReferences(ctx, changes, o.Keys)
		},
		func(ctx context.Context, changes []cluster.Change) ([]Check, error) {
			return c.checkClaims(ctx, changes, o.Claims)
		},
		c.checkQuotas,
		c.checkNodes,
		c.checkMakers,
	}
	found, err := cluster.Each(ctx, questions, func(ctx context.Context, ask question) ([]Check, error) {
		return ask(ctx, changes)
	})
	if err != nil {
		return Report{}, err
	}
	known := slices.Concat(checkStrategies(changes, o.Details), checkOrder(changes, o), checkOwners(changes))
	return Report{Checks: append(slices.Concat(found...), known...), Changes: tried}, nil
}

// RefusePaused comes before all else: a paused workload takes the change and does nothing with it. resuming is
// the command that makes the change and resumes; nil where there is none.
func RefusePaused(changes []cluster.Change, resuming func(workload.Ref) string) []Check {
	var refused []Check
	for _, change := range changes {
		if !change.Paused() || change.Edit.Resume || change.Scales() {
			continue
		}
		ref := change.Ref()
		next := []string{"kubectl app rollout resume " + ref.String() + cluster.InFlag(ref.Namespace)}
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

// refuseFixed: the API server would refuse a template that can't be changed in this way, in many words.
func refuseFixed(changes []cluster.Change) []Check {
	var refused []Check
	for _, change := range changes {
		if message, ref := fixed(change), change.Ref(); message != "" {
			refused = append(refused, Check{
				Check: CheckAdmission, Level: Refuse, Workload: ref, Object: ref.String(),
				Message: fmt.Sprintf("%s can't be changed like this: %s", ref, message),
				Next:    []string{"kubectl get " + ref.String() + cluster.InFlag(ref.Namespace) + " -o yaml"},
			})
		}
	}
	return refused
}

// fixed says why the API server would not accept the template of a change, or returns "".
func fixed(change cluster.Change) string {
	if change.Unchanged() {
		return ""
	}
	edited := change.Edited()
	return change.Fixed(edited.Template())
}

// WithoutFixed leaves out the changes that the API server would not accept; left says how many of which kind, and why.
// If it accepts none, all are kept, to be refused.
func WithoutFixed(changes []cluster.Change) (kept []cluster.Change, left []string) {
	counts, why := map[*workload.Kind]int{}, map[*workload.Kind]string{}
	for _, change := range changes {
		if message := fixed(change); message != "" {
			counts[change.Kind]++
			why[change.Kind] = message
		} else {
			kept = append(kept, change)
		}
	}
	if len(kept) == 0 {
		return changes, nil
	}
	for _, kind := range workload.Kinds() {
		switch n := counts[kind]; n {
		case 0:
		case 1:
			left = append(left, fmt.Sprintf("1 %s is left out: %s", kind.Singular(), why[kind]))
		default:
			left = append(left, fmt.Sprintf("%d %s are left out: %s", n, kind.Plural, why[kind]))
		}
	}
	return kept, left
}

// refuseUnpausable: --on-failure=pause can't be done for a kind without a pause.
func refuseUnpausable(changes []cluster.Change, pauses bool) []Check {
	var refused []Check
	for _, change := range changes {
		if ref := change.Ref(); pauses && !change.Kind.Pausable() {
			refused = append(refused, Check{
				Check: CheckPaused, Level: Refuse, Workload: ref, Object: ref.String(),
				Message: fmt.Sprintf("%s can't be paused: --on-failure=pause works on %s", ref, strings.Join(workload.Pausable(), " and ")),
			})
		}
	}
	return refused
}

// failed: its pods are deleted if they hold up the update.
func failed(r *workload.Revision) bool {
	if r == nil {
		return false
	}
	verdict := rollout.VerdictOf(r)
	return verdict != nil && verdict.Outcome == rollout.VerdictFailed
}

// checkOrder warns of broken pods that hold up an ordered update, a fix included. An undo deletes them.
func checkOrder(changes []cluster.Change, o Options) []Check {
	var checks []Check
	for _, change := range changes {
		w := change.Before.Workload
		if o.Undoes || !w.Strategy.Ordered || w.Strategy.OnDelete || change.Before.Serving || w.Ready >= w.Desired || o.Watch && failed(change.Before.Revision) {
			continue
		}
		ref := change.Ref()
		checks = append(checks, Check{
			Check: CheckOrder, Level: Warn, Workload: ref, Object: ref.String(),
			Message: fmt.Sprintf("%d of %d pods of %s are not ready, and it updates no pod before they are: delete those that can't become ready", w.Desired-w.Ready, w.Desired, ref),
			Next:    []string{fmt.Sprintf("kubectl get pods -l %s%s", metav1.FormatLabelSelector(w.Selector), cluster.InFlag(ref.Namespace))},
		})
	}
	return checks
}

// namespaces are those of the changes, each with its changes, in a stable order.
func namespaces(changes []cluster.Change) (order []string, in map[string][]cluster.Change) {
	in = map[string][]cluster.Change{}
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
func checkOwners(changes []cluster.Change) []Check {
	var checks []Check
	for _, change := range changes {
		ref := change.Ref()
		for _, owner := range workload.Owners(change.Object) {
			if change.Restarts() && !undoesRestarts[owner.Tool] {
				continue
			}
			message, next := OwnerWarning(ref, owner)
			checks = append(checks, Check{Check: CheckOwner, Level: Warn, Workload: ref, Object: ref.String(), Message: message, Next: next})
		}
	}
	return checks
}
