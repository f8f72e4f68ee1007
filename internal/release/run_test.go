package release

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
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

// A single look judges by the times of the cluster, so by the cluster's clock.
func TestOnceByTheClockOfTheCluster(t *testing.T) {
	for ahead, want := range map[time.Duration]rollout.Outcome{0: rollout.Undecided, time.Hour: rollout.Failed} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld("web:1.0")
			w.someone("web", "web:missing")
			w.skew = ahead
			a := try(t, w)
			result, _, err := a.Watch(a.ctx, []cluster.Written{{Object: w.apps["web"].object()}}, rollout.Policy{FailFast: diagnosis.FailFastAuto, Once: true})
			if err != nil || result.Outcome != want {
				t.Errorf("%v ahead: %+v, %v, want %s", ahead, result, err, want)
			}
		})
	}
}

// What was found under way is watched by the clock of the cluster, too: its deadline began by that clock.
func TestWatchByTheClockOfTheCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("web:1.0")
		w.skew = -time.Hour
		a := try(t, w)
		result, _, err := a.Watch(a.ctx, []cluster.Written{{Object: w.apps["web"].object()}}, rollout.Policy{FailFast: diagnosis.FailFastAuto})
		if err != nil || result.Outcome != rollout.Succeeded || !a.Now().Equal(time.Now().Add(-time.Hour)) {
			t.Errorf("%+v, %v at %s", result, err, a.Now())
		}
	})
}

// expectation is how a release ends.
type expectation struct {
	outcome rollout.Outcome
	// message of the result, or why nothing was rolled back, or what it begins with.
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
	if message := cmp.Or(result.Message, result.NotRolledBack); want.message == "" && message != "" || !strings.HasPrefix(message, want.message) {
		a.t.Errorf("message %q, want %q", message, want.message)
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
				outcome: rollout.Failed, images: "web:missing",
				next:  "kubectl app set image deployment/web web=IMAGE -n shop, kubectl describe pod web-2-new -n shop, kubectl app rollout undo deployment/web -n shop",
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
				next:  "kubectl app set image deployment/web web=IMAGE -n shop, kubectl describe pod web-2-new -n shop, kubectl app rollout history deployment/web -n shop",
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
				a.world.refused = []preflight.Check{{Level: preflight.Refuse, Message: "no quota is left"}}
			},
			expect: expectation{outcome: rollout.Refused, images: "web:1", message: "no quota is left (nothing was changed)", calls: "preflight web"},
		},
	})
}

// What becomes of a release of two workloads of which one can't be written. It is all or nothing.
func TestPartialWrites(t *testing.T) {
	const both, write = "preflight api web, watch 2, ", "preflight api web, watch 2, apply api, apply web, "
	refused := errors.New("the server said no")
	two := func(given func(*attempt), want expectation) story {
		return story{world: []string{"api:1", "web:1"}, tag: "2", on: []string{"api", "web"}, given: given, expect: want}
	}
	fault := func(call string, err error) func(*attempt) {
		return func(a *attempt) { a.world.faults[call] = err }
	}
	tell(t, map[string]story{
		"the second is refused: the first goes back": two(fault("apply web", refused), expectation{
			outcome: rollout.RolledBack, images: "api:1 web:1", message: "deployment/web could not be changed (1 others were): the server said no",
			calls: write + "restore api, verdict api-1 good",
		}),
		"the answer is lost, and it is written: both go back": two(fault("apply web", errArrived), expectation{
			outcome: rollout.RolledBack, images: "api:1 web:1", message: "deployment/web could not be changed (1 others were)", web: rollout.RolledBack,
			calls: write + "restore api, restore web, verdict api-1 good, verdict web-1 good",
		}),
		"the answer is lost, and it is not written": two(fault("apply web", errNever), expectation{
			outcome: rollout.RolledBack, images: "api:1 web:1", message: "deployment/web could not be changed (1 others were)", web: rollout.RolledBack,
			calls: write + "restore api, restore web, verdict api-1 good",
		}),
		"the one whose answer is lost can't be looked up": two(func(a *attempt) {
			a.world.faults["apply web"], a.world.faults["restore web"] = errArrived, refused
		}, expectation{
			outcome: rollout.RollbackFailed, images: "api:1 web:2", message: "deployment/web could not be changed (1 others were)", web: rollout.RollbackFailed,
			calls: write + "restore api, restore web, verdict api-1 good",
		}),
		"what is written is kept": two(func(a *attempt) {
			a.OnFailure, a.world.faults["apply web"] = Keep, refused
		}, expectation{
			outcome: rollout.Failed, images: "api:2 web:1", message: "deployment/web could not be changed (1 others were): the server said no",
			next: "kubectl app rollout undo deployment/api -n shop", calls: strings.TrimSuffix(write, ", "),
		}),
		"none was serving: each is named": {
			world: []string{"api:never", "web:never"}, tag: "missing", on: []string{"api", "web"}, expect: expectation{
				outcome: rollout.Failed, images: "api:missing web:missing",
				message: "revision 1 of deployment/api was not serving before this change; revision 1 of deployment/web was not serving before this change",
				calls:   write + "verdict api-2 failed, verdict web-2 failed",
			},
		},
		"what is not watched goes back, too": two(func(a *attempt) {
			a.Wait, a.world.faults["apply web"] = false, refused
		}, expectation{
			outcome: rollout.RolledBack, images: "api:1 web:1", message: "deployment/web could not be changed (1 others were): the server said no",
			calls: "preflight api web, apply api, apply web, watch 2, restore api, verdict api-1 good",
		}),
		"the first is refused: nothing is written": two(fault("apply api", refused), expectation{
			outcome: rollout.Undecided, images: "api:1 web:1", message: "the server said no", calls: both + "apply api",
		}),
	})
}

// A signal ends the watch, never the way to a defined state.
func TestInterruption(t *testing.T) {
	const begun = "preflight web, watch 1, apply web"
	const status, undo = "kubectl app rollout status deployment/web -n shop", "kubectl app rollout undo deployment/web -n shop"
	during := func(call string, more ...func(*attempt)) func(*attempt) {
		return func(a *attempt) {
			a.world.before[call] = a.signal
			for _, m := range more {
				m(a)
			}
		}
	}
	later := func(d time.Duration, more ...func(*attempt)) func(*attempt) {
		return func(a *attempt) {
			a.after(d, a.signal)
			for _, m := range more {
				m(a)
			}
		}
	}
	rollsBack := func(a *attempt) { a.OnInterrupt = Rollback }
	tell(t, map[string]story{
		"in the preflight": {tag: "2", given: during("preflight web"), expect: expectation{
			outcome: rollout.Interrupted, images: "web:1", message: "received SIGTERM before anything was written: nothing was changed", calls: "preflight web",
		}},
		"before the write": {tag: "2", given: during("watch 1"), expect: expectation{
			outcome: rollout.Interrupted, images: "web:1", message: "received SIGTERM", calls: begun,
		}},
		"between two writes: the first goes back": {
			world: []string{"api:1", "web:1"}, tag: "2", on: []string{"api", "web"}, given: during("apply web"),
			expect: expectation{
				outcome: rollout.Interrupted, images: "api:1 web:1", message: "received SIGTERM while the change was being written",
				calls: "preflight api web, watch 2, apply api, apply web, restore api, verdict api-1 good",
			},
		},
		"while it is watched": {tag: "slow", given: later(10 * time.Second), expect: expectation{
			outcome: rollout.Interrupted, images: "web:slow", message: "received SIGTERM: the change is written and not rolled back",
			next: status + ", " + undo, calls: begun,
		}},
		"in its soak": {tag: "2", given: later(10 * time.Second), expect: expectation{
			outcome: rollout.Interrupted, images: "web:2", message: "received SIGTERM: the change is written and not rolled back",
			next: status + ", " + undo, calls: begun,
		}},
		"while it is watched, with --on-interrupt=rollback": {tag: "slow", given: later(10*time.Second, rollsBack), expect: expectation{
			outcome: rollout.Interrupted, images: "web:1", message: "rolled back and verified", web: rollout.RolledBack,
			calls: begun + ", restore web, verdict web-1 good",
		}},
		"with --on-interrupt=rollback, which fails": {
			tag: "slow", given: later(10*time.Second, rollsBack, func(a *attempt) { a.world.faults["restore web"] = errors.New("no") }),
			expect: expectation{outcome: rollout.RollbackFailed, images: "web:slow", web: rollout.RollbackFailed, calls: begun + ", restore web"},
		},
		"in the rollback": {tag: "missing", given: during("restore web"), expect: expectation{
			outcome: rollout.Interrupted, images: "web:1", message: "received SIGTERM: the rollback is written, but not verified",
			next: status, calls: begun + ", verdict web-2 failed, restore web",
		}},
	})
}

// What others do to the workload meanwhile is theirs.
func TestOthers(t *testing.T) {
	const begun = "preflight web, watch 1, apply web"
	tell(t, map[string]story{
		"another change supersedes it": {
			tag: "slow", given: func(a *attempt) { a.after(5*time.Second, func() { a.world.someone("web", "web:theirs") }) },
			expect: expectation{outcome: rollout.Superseded, images: "web:theirs", calls: begun, web: rollout.Superseded},
		},
		"another change comes before the rollback": {
			tag: "missing", given: func(a *attempt) { a.world.before["restore web"] = func() { a.world.someone("web", "web:theirs") } },
			expect: expectation{outcome: rollout.Superseded, images: "web:theirs", web: rollout.Superseded, calls: begun + ", verdict web-2 failed, restore web"},
		},
		"another job rolls it back first": {
			tag: "missing", given: func(a *attempt) { a.world.before["restore web"] = func() { a.world.someone("web", "web:1") } },
			expect: expectation{
				outcome: rollout.Superseded, images: "web:1", web: rollout.Superseded,
				next: "kubectl app rollout status deployment/web -n shop", calls: begun + ", verdict web-2 failed, restore web",
			},
		},
		"it can't be rolled back": {
			tag: "missing", given: func(a *attempt) { a.world.faults["restore web"] = errors.New("no") },
			expect: expectation{outcome: rollout.RollbackFailed, images: "web:missing", web: rollout.RollbackFailed, calls: begun + ", verdict web-2 failed, restore web"},
		},
		"it can't be paused": {
			tag: "missing", given: func(a *attempt) { a.OnFailure, a.world.faults["pause web"] = Pause, errors.New("no") },
			expect: expectation{outcome: rollout.Failed, images: "web:missing", calls: begun + ", verdict web-2 failed, pause web"},
		},
		"the verdict can't be recorded": {
			tag: "2", given: func(a *attempt) { a.world.faults["verdict web-2 good"] = errors.New("no") },
			expect: expectation{outcome: rollout.Succeeded, images: "web:2", calls: begun + ", verdict web-2 good"},
		},
		"the watch breaks off": {
			tag: "slow", given: func(a *attempt) {
				a.after(5*time.Second, func() { a.world.fail("watching", errors.New("credentials have expired")) })
			},
			expect: expectation{
				outcome: rollout.Undecided, images: "web:slow", message: "the change is written, but the watch failed: credentials have expired",
				next: "kubectl app rollout status deployment/web -n shop", calls: begun,
			},
		},
		"the API server is away for good": {
			tag: "slow", given: func(a *attempt) {
				a.after(5*time.Second, func() { a.world.away(errors.New("refused")) })
			},
			expect: expectation{
				outcome: rollout.Undecided, images: "web:slow", message: "the change is written, but the watch failed: the API server has not answered for 10m0s", calls: begun,
			},
		},
	})
}

// A job that was killed after its write is finished by the same command, run again.
func TestAttaching(t *testing.T) {
	again := func(image string) func(*attempt) {
		return func(a *attempt) { a.world.someone("web", image) }
	}
	tell(t, map[string]story{
		"it succeeds": {tag: "slow", given: again("web:slow"), expect: expectation{
			outcome: rollout.Succeeded, images: "web:slow", calls: "watch 1, verdict web-2 good",
		}},
		"it fails and goes back": {
			tag: "missing", given: again("web:missing"),
			expect: expectation{outcome: rollout.RolledBack, images: "web:1", calls: "watch 1, verdict web-2 failed, restore web, verdict web-1 good"},
		},
		"it is interrupted": {
			tag: "slow", given: func(a *attempt) { again("web:slow")(a); a.after(5*time.Second, a.signal) },
			expect: expectation{
				outcome: rollout.Interrupted, images: "web:slow", message: "received SIGTERM: this command changed nothing, and the rollout goes on", calls: "watch 1",
			},
		},
		"it is not watched": {
			tag: "slow", given: func(a *attempt) { again("web:slow")(a); a.Wait = false },
			expect: expectation{
				outcome: rollout.Unchanged, images: "web:slow", message: "already up to date", next: "kubectl app rollout status deployment/web -n shop",
			},
		},
	})
}

// --wait=false is all or nothing as well: what was written goes back even if no watch can be started.
func TestWriteOnlyGoesBackWithoutAWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("api:1", "web:1")
		w.fail("apply web", errors.New("no quota is left"))
		w.fail("watch 2", errors.New("no permission to watch pods"))
		a := try(t, w)
		a.Wait = false
		result, err := a.setImage("2", "api", "web")
		if result == nil || result.Outcome != rollout.RollbackFailed || w.images() != "api:1 web:1" {
			t.Fatalf("%+v, %v: %s", result, err, w.images())
		}
		if back := result.Workloads[0].Rollback; back == nil || !strings.Contains(back.Message, "no permission to watch pods") {
			t.Errorf("rollback %+v", back)
		}
	})
}

// A plan that is made again after a conflict may have more to say: that is a warning, too.
func TestNotesOfASecondPlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("web:1")
		a := try(t, w)
		w.before["apply web"] = func() { a.Note("first", "container web has another image now") }
		a.Note("first")
		result, err := a.setImage("2", "web")
		if err != nil || strings.Join(result.Warnings, "; ") != "first; container web has another image now" {
			t.Errorf("%q, %v", result.Warnings, err)
		}
	})
}
