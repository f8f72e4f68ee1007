package release

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// store takes every change of a Secret, and writes down what it was asked for.
type store struct {
	ConfigStore
	world *world
	// back is what comes of taking a change back.
	back error
}

func (s store) ChangeKeys(ctx context.Context, change config.Change, _ cluster.WriteOptions) (config.Change, error) {
	if err := s.world.call("change", change.Before.String()); err != nil {
		return change, err
	}
	return change, context.Cause(ctx)
}

func (s store) RestoreKeys(_ context.Context, change config.Change, _ cluster.WriteOptions) ([]string, error) {
	err := errors.Join(s.world.call("take back", change.Before.String()), s.back)
	switch {
	case err == nil:
		return change.Keys, nil
	case errors.Is(err, errChangedInPart):
		return change.Keys[:1], err
	}
	return nil, err
}

func (store) Overtaken(context.Context, config.Change) ([]string, error) { return nil, nil }

func (store) ReadObject(context.Context, workload.Ref) (config.Object, error) {
	return config.Object{}, errors.New("no permission")
}

// editSecret makes a change of secret/db a part of the release.
func (a *attempt) editSecret(back error) {
	secret := func(value string) config.Object {
		return config.Object{Secret: &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "db"}, Data: map[string][]byte{"k": []byte(value)}}}
	}
	a.Before(&ConfigEdit{ConfigChange{
		Store:  store{world: a.world, back: back},
		Change: config.Change{Before: secret("1"), After: secret("2"), Keys: []string{"k"}},
		Print:  func(config.Object, string) error { return nil },
	}})
}

// errChangedElsewhere is the error of taking back a Secret that someone else has changed.
var errChangedElsewhere = &cluster.Error{Reason: config.KeysChanged, Message: "secret/db was only restored in part: someone else changed k since this change"}

// errChangedInPart leaves the first key restored.
var errChangedInPart = &cluster.Error{Reason: config.KeysChanged, Message: "secret/db was only restored in part: someone else changed l since this change"}

func TestReleaseOfASecret(t *testing.T) {
	const begun = "preflight web, watch 1, change secret/db, apply web"
	superseded := func(a *attempt) { a.editSecret(errChangedElsewhere) }
	tell(t, map[string]story{
		"it fails and goes back": {tag: "missing", given: func(a *attempt) { a.editSecret(nil) }, expect: expectation{
			outcome: rollout.RolledBack, images: "web:1", calls: begun + ", verdict web-2 failed, take back secret/db, restore web, verdict web-1 good",
		}},
		"someone else has changed the Secret": {tag: "missing", given: superseded, expect: expectation{
			outcome: rollout.Superseded, images: "web:1", calls: begun + ", verdict web-2 failed, take back secret/db, restore web, verdict web-1 good",
		}},
		"someone else has changed the Secret of a workload that stays": {
			world: []string{"api:1", "web:never"}, tag: "2", on: []string{"api", "web"},
			given: func(a *attempt) { superseded(a); a.world.apps["api"].broken, a.Policy.Soak = "api:2", 5*time.Second },
			expect: expectation{
				outcome: rollout.Superseded, images: "api:1 web:2", web: rollout.Succeeded, message: "revision 1 of deployment/web was not serving before this change",
				calls: "preflight api web, watch 2, change secret/db, apply api, apply web, verdict api-2 failed, verdict web-2 good, take back secret/db, restore api, verdict api-1 good",
			},
		},
		"someone else has changed a part of the Secret of a workload that stays": {
			world: []string{"api:1", "web:never"}, tag: "2", on: []string{"api", "web"},
			given: func(a *attempt) {
				a.editSecret(errChangedInPart)
				a.world.apps["api"].broken, a.Policy.Soak = "api:2", 5*time.Second
			},
			expect: expectation{
				outcome: rollout.Failed, images: "api:1 web:2", web: rollout.Failed, message: "revision 1 of deployment/web was not serving before this change",
				calls: "preflight api web, watch 2, change secret/db, apply api, apply web, verdict api-2 failed, verdict web-2 good, take back secret/db, restore api, verdict api-1 good",
			},
		},
		"a signal, and someone else has changed the Secret": {
			tag: "slow", given: func(a *attempt) { superseded(a); a.OnInterrupt = Rollback; a.after(10*time.Second, a.signal) },
			expect: expectation{outcome: rollout.Interrupted, images: "web:1", calls: begun + ", take back secret/db, restore web, verdict web-1 good"},
		},
		"a signal before the Secret is written": {
			tag: "2", given: func(a *attempt) { a.editSecret(nil); a.world.before["change secret/db"] = a.signal },
			expect: expectation{
				outcome: rollout.Interrupted, images: "web:1", message: "received SIGTERM before anything was written: nothing was changed",
				calls: "preflight web, watch 1, change secret/db",
			},
		},
		"a signal before the workload is written": {
			tag: "2", given: func(a *attempt) { a.editSecret(nil); a.world.before["apply web"] = a.signal },
			expect: expectation{
				outcome: rollout.Interrupted, images: "web:1", message: "received SIGTERM\nsecret/db has its old data again",
				calls: begun + ", take back secret/db",
			},
		},
	})
}

// A signal before the first write is no riddle: nothing was changed.
func TestASignalBeforeTheFirstWrite(t *testing.T) {
	const nothing = "received SIGTERM before anything was written: nothing was changed"
	unknown := &cluster.LostError{Err: &cluster.Error{Message: "it is not known whether deployment/web was changed", Err: context.Canceled}}
	tell(t, map[string]story{
		"nothing is sent": {tag: "2", given: func(a *attempt) { a.world.before["apply web"] = a.signal }, expect: expectation{
			outcome: rollout.Interrupted, images: "web:1", message: nothing, calls: "preflight web, watch 1, apply web",
		}},
		"what was sent has no answer": {
			tag: "2", given: func(a *attempt) { a.world.before["apply web"], a.world.faults["apply web"] = a.signal, unknown },
			expect: expectation{
				outcome: rollout.Interrupted, images: "web:1", message: unknown.Error(), calls: "preflight web, watch 1, apply web",
			},
		},
	})
	synctest.Test(t, func(t *testing.T) {
		a := try(t, newWorld())
		a.editSecret(nil)
		a.world.before["change secret/db"] = a.signal
		result, err := a.Run(a.ctx, nil, nil)
		a.expect(expectation{outcome: rollout.Interrupted, message: nothing, calls: "change secret/db"}, result, err)
	})
}

// A look at a server that has gone away ends, as a watch does.
func TestALookEndsWithoutAServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := try(t, newWorld("web:1"))
		a.world.outage = watch.Update{Unreachable: time.Now(), Trouble: errors.New("refused")}
		ctx, cancel := context.WithTimeout(a.ctx, time.Hour)
		defer cancel()
		attached := []cluster.Written{{Object: a.world.apps["web"].object()}}
		if _, _, err := a.Watch(ctx, attached, rollout.Policy{Once: true}); err == nil || !strings.Contains(err.Error(), "the API server has not answered for 10m0s") {
			t.Errorf("%v", err)
		}
	})
}

// A version whose creation got no answer may be there: the result does not call it planned.
func TestAVersionThatMayBeThere(t *testing.T) {
	c := ConfigVersion{ConfigChange: ConfigChange{Store: lostVersion{}}}
	c.Change.After.Secret, c.Change.Before.Secret = &corev1.Secret{}, &corev1.Secret{}
	if err := c.Write(t.Context()); !cluster.Is(err, config.UnknownWrite) || c.result().State != rollout.ConfigUnknown {
		t.Errorf("%v, %s", err, c.result().State)
	}
}

// lostVersion gets no answer to a creation.
type lostVersion struct{ ConfigStore }

func (lostVersion) CheckVersioned(context.Context, workload.Ref, config.Object) error { return nil }

func (lostVersion) CreateVersion(context.Context, config.Object, cluster.WriteOptions) (config.Object, bool, error) {
	return config.Object{}, false, &cluster.Error{Reason: config.UnknownWrite}
}
