package release

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// attempt is one release in a world.
type attempt struct {
	*Release
	t       *testing.T
	world   *world
	command *command
	errOut  strings.Builder
	ctx     context.Context
	signal  func()
}

// try prepares a release with the flags' defaults.
func try(t *testing.T, w *world) *attempt {
	t.Helper()
	a := &attempt{t: t, world: w, command: &command{}}
	ctx, cancel := context.WithCancelCause(t.Context())
	a.ctx, a.signal = ctx, func() { cancel(errors.New("received SIGTERM")) }
	a.Release = offline(t, &a.errOut, Options{
		Policy: rollout.Policy{FailFast: diagnosis.FailFastAuto, Soak: 15 * time.Second},
		Wait:   true, OnFailure: Rollback, OnInterrupt: Keep, DryRun: DryRunNone, Progress: view.ModePlain,
	})
	a.Now, a.started = time.Now, time.Now()
	a.Release.cluster, a.Release.command = w, a.command
	return a
}

// setImage releases one tag on workloads, whose images are of their names.
func (a *attempt) setImage(tag string, names ...string) (*rollout.Result, error) {
	a.t.Helper()
	return a.Run(a.ctx, a.world.captured(names...), func(c cluster.Captured) (cluster.Edit, error) {
		return cluster.Edit{Template: template(*c.Template().DeepCopy(), c.GetName()+":"+tag)}, nil
	})
}

// after does something in the time of the test.
func (a *attempt) after(d time.Duration, what func()) { time.AfterFunc(d, what) }

// expectation is how a release ends.
type expectation struct {
	outcome rollout.Outcome
	// message of the result, or what it begins with.
	message string
	// calls to the cluster, in order.
	calls string
	// images that are left.
	images string
	// next commands; "" for any.
	next string
	// web is the outcome of the workload web in the result; "" for any.
	web rollout.Outcome
}

func (a *attempt) expect(want expectation, result *rollout.Result, err error) {
	a.t.Helper()
	if result == nil {
		a.t.Fatalf("no result: %v", err)
	}
	if result.Outcome != want.outcome {
		a.t.Errorf("outcome %s (%s), want %s", result.Outcome, result.Message, want.outcome)
	}
	if want.message == "" && result.Message != "" || !strings.HasPrefix(result.Message, want.message) {
		a.t.Errorf("message %q, want %q", result.Message, want.message)
	}
	if calls := strings.Join(a.world.calls, ", "); calls != want.calls {
		a.t.Errorf("calls\n%s, want\n%s", calls, want.calls)
	}
	if images := a.world.images(); images != want.images {
		a.t.Errorf("images %s, want %s", images, want.images)
	}
	if next := strings.Join(result.Next, ", "); want.next != "" && next != want.next {
		a.t.Errorf("next %q, want %q", next, want.next)
	}
	for _, w := range result.Workloads {
		if w.Name == "web" && want.web != "" && w.Outcome != want.web {
			a.t.Errorf("web: outcome %s (%s), want %s", w.Outcome, w.Message, want.web)
		}
	}
	if a.t.Failed() {
		a.t.Logf("error %v, stderr:\n%s", err, a.errOut.String())
	}
}

// story is a release of some workloads in a world.
type story struct {
	world  []string // images before
	tag    string   // to be released
	on     []string // workloads; web if none is named
	given  func(*attempt)
	expect expectation
}

func tell(t *testing.T, stories map[string]story) {
	t.Helper()
	for name, s := range stories {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if s.world == nil {
					s.world = []string{"web:1"}
				}
				if s.on == nil {
					s.on = []string{"web"}
				}
				a := try(t, newWorld(s.world...))
				time.Sleep(time.Hour) //nolint:forbidigo // the bubble's time: what was released before has settled
				if s.given != nil {
					s.given(a)
				}
				result, err := a.setImage(s.tag, s.on...)
				a.expect(s.expect, result, err)
			})
		})
	}
}

// How a release ends that nobody disturbs.
func TestRelease(t *testing.T) {
	tell(t, map[string]story{
		"it succeeds": {tag: "2", expect: expectation{
			outcome: rollout.Succeeded, images: "web:2",
			calls: "preflight web, watch 1, apply web, verdict web-2 good",
		}},
		"it fails and goes back": {tag: "missing", expect: expectation{
			outcome: rollout.RolledBack, images: "web:1", web: rollout.RolledBack,
			calls: "preflight web, watch 1, apply web, verdict web-2 failed, restore web, verdict web-1 good",
		}},
		"it fails and is kept": {
			tag: "missing", given: func(a *attempt) { a.OnFailure = Keep },
			expect: expectation{
				outcome: rollout.Failed, images: "web:missing", next: "kubectl app rollout undo deployment/web -n shop",
				calls: "preflight web, watch 1, apply web, verdict web-2 failed",
			},
		},
		"it fails and is paused": {
			tag: "missing", given: func(a *attempt) { a.OnFailure = Pause },
			expect: expectation{
				outcome: rollout.Failed, images: "web:missing",
				next:  "kubectl app rollout undo deployment/web -n shop --resume, kubectl app rollout resume deployment/web -n shop",
				calls: "preflight web, watch 1, apply web, verdict web-2 failed, pause web",
			},
		},
		"what was broken is not brought back": {
			world: []string{"web:never"}, tag: "missing",
			expect: expectation{
				outcome: rollout.Failed, images: "web:missing", message: "revision 1 of deployment/web was not serving before this change",
				next:  "kubectl app rollout history deployment/web -n shop",
				calls: "preflight web, watch 1, apply web, verdict web-2 failed",
			},
		},
		"the time runs out": {
			tag: "never", given: func(a *attempt) { a.Policy.Timeout = time.Minute },
			expect: expectation{
				outcome: rollout.TimedOut, images: "web:never",
				next:  "kubectl app rollout status deployment/web -n shop, kubectl app rollout undo deployment/web -n shop",
				calls: "preflight web, watch 1, apply web",
			},
		},
		"one of two fails: both go back": {
			world: []string{"api:1", "web:1"}, tag: "2", on: []string{"api", "web"},
			given: func(a *attempt) { a.world.apps["web"].broken = "web:2" },
			expect: expectation{
				outcome: rollout.RolledBack, images: "api:1 web:1", web: rollout.RolledBack,
				calls: "preflight api web, watch 2, apply api, apply web, verdict web-2 failed, restore api, restore web, verdict api-1 good, verdict web-1 good",
			},
		},
		"it has the template already": {tag: "1", expect: expectation{
			outcome: rollout.Unchanged, images: "web:1", message: "already up to date", calls: "",
		}},
		"it is not watched": {
			tag: "missing", given: func(a *attempt) { a.Wait = false },
			expect: expectation{outcome: rollout.Undecided, images: "web:missing", calls: "preflight web, apply web"},
		},
		"a dry run of the client": {
			tag: "2", given: func(a *attempt) { a.DryRun = DryRunClient },
			expect: expectation{outcome: rollout.Succeeded, images: "web:1", calls: ""},
		},
		"a dry run of the server": {
			tag: "2", given: func(a *attempt) { a.DryRun = DryRunServer },
			expect: expectation{outcome: rollout.Succeeded, images: "web:1", calls: "preflight web"},
		},
		"the preflight refuses": {
			tag: "2", given: func(a *attempt) {
				a.world.refused = []cluster.Check{{Level: cluster.Refuse, Message: "no quota is left"}}
			},
			expect: expectation{outcome: rollout.Refused, images: "web:1", message: "no quota is left (nothing was changed)", calls: "preflight web"},
		},
	})
}
