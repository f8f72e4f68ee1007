package release

import (
	"cmp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// scaleTo scales workloads of a world to one number.
func (a *attempt) scaleTo(n int32, names ...string) (*rollout.Result, error) {
	a.t.Helper()
	var objects []cluster.Object
	for _, name := range names {
		o := a.world.apps[name].observe().Workload
		d := a.world.apps[name].stored.DeepCopy()
		d.Status.ObservedGeneration, d.Status.Replicas, d.Status.UpdatedReplicas = d.Generation, o.Total, o.Updated
		d.Status.ReadyReplicas, d.Status.AvailableReplicas = o.Ready, o.Available
		objects = append(objects, cluster.Object{API: d, Kind: a.world.apps[name].object().Kind})
	}
	a.Policy.Soak = 0
	return a.Run(a.ctx, cluster.CaptureReplicas(objects), func(c cluster.Captured) (cluster.Edit, error) {
		return cluster.Edit{Template: *c.Template(), Replicas: &n}, nil
	})
}

func (w *world) replicas() (all []int32) {
	for _, name := range []string{"web", "db"} {
		if a := w.apps[name]; a != nil {
			all = append(all, *a.stored.Spec.Replicas)
		}
	}
	return all
}

// How a change of the replicas ends. No verdict is written on a revision, and the template stays.
func TestScaleRelease(t *testing.T) {
	for name, test := range map[string]struct {
		world   []string
		to      int32
		given   func(*attempt)
		outcome rollout.Outcome
		message string
		calls   string
		left    int32
		next    string
	}{
		"up":   {to: 5, outcome: rollout.Succeeded, calls: "preflight web, watch 1, apply web", left: 5},
		"to 0": {to: 0, outcome: rollout.Succeeded, calls: "preflight web, watch 1, apply web", left: 0},
		"already": {
			to: 3, outcome: rollout.Unchanged, message: "already 3 replicas, 3 ready", left: 3,
		},
		"already, and not ready": {
			world: []string{"web:slow"}, to: 3, outcome: rollout.Succeeded, calls: "watch 1", left: 3,
		},
		"already, and they fail: it does not go back": {
			world: []string{"web:missing"}, to: 3, outcome: rollout.Failed, message: "deployment/web had 3 replicas before this command", calls: "watch 1", left: 3,
		},
		"written only": {
			to: 5, given: func(a *attempt) { a.Wait = false }, outcome: rollout.Undecided, calls: "preflight web, apply web", left: 5,
		},
		"not all were ready before: it stays": {
			world: []string{"web:missing"}, to: 5, outcome: rollout.Failed, message: "deployment/web with 3 replicas was not serving before this change",
			calls: "preflight web, watch 1, apply web", left: 5, next: "kubectl app scale deployment/web --replicas=3 -n shop",
		},
		"someone else sets another number": {
			world: []string{"web:slow"}, to: 5, outcome: rollout.Superseded, calls: "preflight web, watch 1, apply web", left: 2,
			given: func(a *attempt) { a.after(time.Second, func() { a.world.scale("web", 2) }) },
		},
		"interrupted": {
			world: []string{"web:slow"}, to: 5, outcome: rollout.Interrupted, message: "received SIGTERM: the change is written and not rolled back",
			given: func(a *attempt) { a.after(time.Second, a.signal) },
			calls: "preflight web, watch 1, apply web", left: 5,
			next: "kubectl app scale deployment/web --replicas=5 -n shop, kubectl app scale deployment/web --replicas=3 -n shop",
		},
		"the answer was lost, and it is stored": {
			to: 5, given: func(a *attempt) { a.world.fail("apply web", errArrived) }, outcome: rollout.Undecided, message: "no answer",
			calls: "preflight web, watch 1, apply web", left: 5,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if test.world == nil {
					test.world = []string{"web:1"}
				}
				a := try(t, newWorld(test.world...))
				if test.given != nil {
					test.given(a)
				}
				result, err := a.scaleTo(test.to, "web")
				if result == nil {
					t.Fatal(err)
				}
				if result.Outcome != test.outcome || !strings.HasPrefix(cmp.Or(result.Message, result.NotRolledBack), test.message) {
					t.Errorf("%s: %s, want %s: %s", result.Outcome, cmp.Or(result.Message, result.NotRolledBack), test.outcome, test.message)
				}
				if calls := strings.Join(a.world.calls, ", "); calls != test.calls {
					t.Errorf("calls %s, want %s", calls, test.calls)
				}
				if left := a.world.replicas()[0]; left != test.left {
					t.Errorf("%d replicas are left, want %d", left, test.left)
				}
				if next := strings.Join(result.Next, ", "); test.next != "" && !strings.Contains(next, test.next) {
					t.Errorf("next %s, want %s", next, test.next)
				}
				if len(result.Workloads) > 0 && (result.Workloads[0].Scale == nil || *result.Workloads[0].Scale != rollout.FromTo[int32]{From: 3, To: test.to}) {
					t.Errorf("scale %+v", result.Workloads[0].Scale)
				}
			})
		})
	}
}

// Of several workloads that are scaled together, one that can't be written takes the others back.
func TestScaleSeveral(t *testing.T) {
	for _, fault := range []error{errNever, errAltered} {
		synctest.Test(t, func(t *testing.T) {
			a := try(t, newWorld("web:1", "db:1"))
			a.OnFailure = Keep // as the verb's default is
			a.world.fail("apply db", fault)
			result, err := a.scaleTo(5, "web", "db")
			if result == nil || result.Outcome != rollout.RolledBack {
				t.Fatalf("%v: %+v, %v", fault, result, err)
			}
			if got := a.world.replicas(); got[0] != 3 || got[1] != 3 {
				t.Errorf("%v: replicas %v", fault, got)
			}
		})
	}
}
