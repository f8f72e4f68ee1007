package release

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// create releases a Deployment that is not there.
func (a *attempt) create(image string) (*rollout.Result, error) {
	o := workload.NewDeployment("shop", "web", 3, map[string]string{"app": "web"})
	return a.Run(a.ctx, []cluster.Captured{cluster.NewWorkload(o)}, func(c cluster.Captured) (cluster.Edit, error) {
		return cluster.Edit{Template: template(*c.Template().DeepCopy(), image)}, nil
	})
}

func TestFirstRelease(t *testing.T) {
	const written = "preflight web, watch 1, apply web, "
	for name, test := range map[string]struct {
		image    string
		action   Action
		given    func(*attempt)
		expect   expectation
		rollback rollout.Outcome
		took     time.Duration
	}{
		"it works": {
			image: "web:1.0", took: 15 * time.Second,
			expect: expectation{outcome: rollout.Succeeded, calls: written + "verdict web-1 good", images: "web:1.0"},
		},
		"it fails, and is kept": {
			image: "web:missing", action: Keep, took: 10 * time.Second,
			expect: expectation{
				outcome: rollout.Failed, calls: written + "verdict web-1 failed", images: "web:missing",
				next: "kubectl app set image deployment/web web=IMAGE -n shop, kubectl describe pod web-1-new -n shop, kubectl delete deployment/web -n shop",
			},
		},
		"it fails, and is deleted": {
			image: "web:missing", action: Delete, took: 40 * time.Second,
			expect:   expectation{outcome: rollout.RolledBack, calls: written + "verdict web-1 failed, delete web"},
			rollback: rollout.Succeeded,
		},
		"someone else has changed it": {
			image: "web:missing", action: Delete, took: 10 * time.Second,
			given: func(a *attempt) {
				a.world.fail("delete web", &cluster.SupersededError{Workload: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}, What: "its template was changed"})
			},
			expect: expectation{
				outcome: rollout.Superseded, calls: written + "verdict web-1 failed, delete web", images: "web:missing",
				next: "kubectl get deployment/web -n shop",
			},
			rollback: rollout.Superseded,
		},
		"a signal while its pods end": {
			image: "web:missing", action: Delete, took: 20 * time.Second,
			given: func(a *attempt) { a.after(20*time.Second, a.signal) },
			expect: expectation{
				outcome: rollout.Interrupted, calls: written + "verdict web-1 failed, delete web", images: "web:missing",
				next: "kubectl get deployment/web -n shop",
			},
			rollback: rollout.Interrupted,
		},
		"a signal": {
			image: "web:slow", action: Keep, took: 5 * time.Second,
			given: func(a *attempt) { a.after(5*time.Second, a.signal) },
			expect: expectation{
				outcome: rollout.Interrupted, message: "received SIGTERM: the change is written", calls: "preflight web, watch 1, apply web", images: "web:slow",
				next: "kubectl app rollout status deployment/web -n shop, kubectl delete deployment/web -n shop",
			},
		},
		"a signal, with --on-interrupt=delete": {
			image: "web:slow", action: Keep, took: 35 * time.Second,
			given: func(a *attempt) {
				a.OnInterrupt = Delete
				a.after(5*time.Second, a.signal)
			},
			expect:   expectation{outcome: rollout.Interrupted, message: "deleted, and its pods are gone", calls: "preflight web, watch 1, apply web, delete web"},
			rollback: rollout.Succeeded,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := try(t, newWorld())
				a.OnFailure = test.action
				if test.given != nil {
					test.given(a)
				}
				result, err := a.create(test.image)
				a.expect(test.expect, result, err)
				w := result.Workloads[0]
				if !w.Created || len(w.Changes) > 0 {
					t.Errorf("it is not told as created: %+v", w)
				}
				if got := rollout.Outcome(""); w.Rollback != nil && w.Rollback.Outcome != test.rollback || w.Rollback == nil && test.rollback != got {
					t.Errorf("rollback %+v, want %q", w.Rollback, test.rollback)
				}
				if took := time.Since(a.started); took < test.took || took > test.took+2*time.Second {
					t.Errorf("it took %s, want %s", took, test.took)
				}
			})
		})
	}
}

// A create that no answer came to is looked up, and deleted where --on-failure=delete asks for that.
func TestFirstReleaseWithoutAnswer(t *testing.T) {
	for _, tt := range []struct {
		fault error
		want  expectation
	}{
		{errArrived, expectation{outcome: rollout.RolledBack, message: "deployment/web could not be changed", calls: "preflight web, watch 1, apply web, delete web"}},
		{&cluster.SupersededError{Workload: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}, What: "someone else created it at the same time", First: true}, expectation{
			outcome: rollout.Superseded, message: "deployment/web was not changed: someone else created it at the same time", calls: "preflight web, watch 1, apply web",
			next: "kubectl app status deployment/web -n shop",
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := try(t, newWorld())
			a.OnFailure = Delete
			a.world.faults["apply web"] = tt.fault
			result, err := a.create("web:1.0")
			a.expect(tt.want, result, err)
			t.Log(result.Message)
		})
	}
}

// Somebody deletes it by hand while it fails: then it is gone, too.
func TestFirstReleaseDeletedByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		a := try(t, w)
		a.OnFailure = Delete
		a.world.before["delete web"] = func() { // it was deleted by hand meanwhile
			w.mu.Lock()
			delete(w.apps, "web")
			w.mu.Unlock()
			w.poke()
		}
		result, err := a.create("web:missing")
		a.expect(expectation{outcome: rollout.RolledBack, calls: "preflight web, watch 1, apply web, verdict web-1 failed, delete web"}, result, err)
	})
}

// Without the answer to the write its UID is not known: what is there under its name is not taken for gone.
func TestGoneWithoutUID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := workload.NewDeployment("shop", "web", 3, map[string]string{"app": "web"})
		there := &workload.Workload{Ref: o.Ref(), UID: "web"}
		f := &follower{now: time.Now, watcher: silentWatch{}, snapshot: rollout.Snapshot{o.Ref(): {Workload: there}}}
		ctx, cancel := context.WithTimeout(t.Context(), 2*maxLag)
		defer cancel()
		if err := f.gone(ctx, cluster.Written{Object: o, New: true}); err == nil {
			t.Error("it is taken for gone, and is there")
		}
	})
}
