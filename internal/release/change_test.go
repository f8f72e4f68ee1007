package release

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// object is a change that is written before the workloads.
type object struct {
	world         *world
	written, held bool
	versioned     bool
}

func (*object) String() string                  { return "secret/db" }
func (*object) Keys() map[workload.Ref][]string { return nil }
func (o *object) Pending() bool                 { return !o.written }
func (o *object) Held() bool                    { return o.held }
func (*object) Concerns(workload.Ref) bool      { return true }
func (o *object) UndoRestores() bool            { return o.versioned }

func (o *object) Write(context.Context) error {
	err := o.world.call("write", o.String())
	o.written, o.held = err == nil, (err == nil || errors.Is(err, errArrived)) && !o.versioned
	return err
}

func (o *object) Restore(context.Context) (back bool, err error) {
	err = o.world.call("restore", o.String())
	o.held = err != nil
	return err == nil, err
}

func (o *object) RestoreAfter(ctx context.Context, cause error) error {
	if _, err := o.Restore(ctx); err != nil {
		return fmt.Errorf("%w; still new", cause)
	}
	return fmt.Errorf("%w; old again", cause)
}

func (o *object) Conclude(context.Context, rollout.Outcome, bool) []string { return nil }
func (o *object) AddTo(*rollout.Result)                                    {}

// A Secret is written before the workloads that read it, and restored before they go back.
func TestChangesBeforeTheWorkloads(t *testing.T) {
	const begun = "preflight web, watch 1, write secret/db, apply web"
	with := func(given ...func(*attempt, *object)) func(*attempt) {
		return func(a *attempt) {
			o := &object{world: a.world}
			a.Before(o)
			for _, g := range given {
				g(a, o)
			}
		}
	}
	fault := func(call string, err error) func(*attempt, *object) {
		return func(a *attempt, _ *object) { a.world.faults[call] = err }
	}
	tell(t, map[string]story{
		"all succeed": {tag: "2", given: with(), expect: expectation{
			outcome: rollout.Succeeded, images: "web:2", calls: begun + ", verdict web-2 good",
		}},
		"the rollout fails": {tag: "missing", given: with(), expect: expectation{
			outcome: rollout.RolledBack, images: "web:1", calls: begun + ", verdict web-2 failed, restore secret/db, restore web, verdict web-1 good",
		}},
		"it is a version: it goes back with the template": {
			tag: "missing", given: with(func(_ *attempt, o *object) { o.versioned = true }), expect: expectation{
				outcome: rollout.RolledBack, images: "web:1", calls: begun + ", verdict web-2 failed, restore web, verdict web-1 good",
			},
		},
		"the rollout fails and is kept: no undo is named": {
			tag: "missing", given: with(func(a *attempt, _ *object) { a.OnFailure = Keep }), expect: expectation{
				outcome: rollout.Failed, images: "web:missing", calls: begun + ", verdict web-2 failed",
			},
		},
		"it can't be written": {tag: "2", given: with(fault("write secret/db", errors.New("no"))), expect: expectation{
			outcome: rollout.Undecided, images: "web:1", message: "no", calls: "preflight web, watch 1, write secret/db",
		}},
		"the answer to its write is lost": {tag: "2", given: with(fault("write secret/db", errArrived)), expect: expectation{
			outcome: rollout.Undecided, images: "web:1", message: errArrived.Error() + "; old again",
			calls: "preflight web, watch 1, write secret/db, restore secret/db",
		}},
		"the workload can't be written": {tag: "2", given: with(fault("apply web", errors.New("no"))), expect: expectation{
			outcome: rollout.Undecided, images: "web:1", message: "no; old again", calls: begun + ", restore secret/db",
		}},
		"one was not serving, and the next can't be written": {
			world: []string{"api:never", "web:1"}, tag: "2", on: []string{"api", "web"}, given: with(fault("apply web", errors.New("no"))), expect: expectation{
				outcome: rollout.Failed, images: "api:2 web:1", message: "deployment/web could not be changed (1 others were): no",
				calls: "preflight api web, watch 2, write secret/db, apply api, apply web, restore secret/db",
			},
		},
		"the answer of the only workload is lost": {tag: "2", given: with(fault("apply web", errArrived)), expect: expectation{
			outcome: rollout.RolledBack, images: "web:1", message: "deployment/web could not be changed",
			calls: begun + ", restore secret/db, restore web, verdict web-1 good",
		}},
		"a signal": {
			tag: "slow", given: with(func(a *attempt, _ *object) { a.OnInterrupt = Rollback; a.after(5*time.Second, a.signal) }),
			expect: expectation{
				outcome: rollout.Interrupted, images: "web:1", message: "rolled back and verified",
				calls: begun + ", restore secret/db, restore web, verdict web-1 good",
			},
		},
		"a dry run": {tag: "2", given: with(func(a *attempt, _ *object) { a.DryRun = DryRunServer }), expect: expectation{
			outcome: rollout.Succeeded, images: "web:1", calls: "preflight web",
		}},
		"no workload changes": {tag: "1", given: with(), expect: expectation{
			outcome: rollout.Succeeded, images: "web:1", calls: "write secret/db",
		}},
	})
}

// The deadline of the way back is its own: --timeout was for the change.
func TestTimeoutIsNotOfTheWayBack(t *testing.T) {
	tell(t, map[string]story{"it fails, and the way back takes longer": {
		tag: "missing", given: func(a *attempt) { a.Policy.Timeout, a.Policy.Soak = 40*time.Second, 50*time.Second },
		expect: expectation{
			outcome: rollout.RolledBack, images: "web:1",
			calls: "preflight web, watch 1, apply web, verdict web-2 failed, restore web, verdict web-1 good",
		},
	}})
}
