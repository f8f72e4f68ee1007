package release

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// blocked is a workload whose pods hold up its way back.
func blocked(pods ...rollout.PodRef) *rollout.State {
	return &rollout.State{Workloads: []rollout.WorkloadState{{Target: rollout.Target{Ref: webRef}, Blocking: pods}}}
}

func podOf(name, version string) rollout.PodRef {
	return rollout.PodRef{Namespace: "shop", Name: name, ResourceVersion: version}
}

// Which pod is deleted next, after what came of the deletions before.
func TestWhichPodIsDeleted(t *testing.T) {
	deleted := func(pod rollout.PodRef) deletion { return deletion{workload: webRef, pod: pod, deleted: true} }
	conflict := func(pod rollout.PodRef) deletion { return deletion{workload: webRef, pod: pod} }
	for name, test := range map[string]struct {
		before []deletion
		pods   []rollout.PodRef
		want   string
	}{
		"the first":                                   {nil, []rollout.PodRef{podOf("web-1", "1"), podOf("web-0", "1")}, "web-1"},
		"none while the first is there":               {[]deletion{deleted(podOf("web-1", "1"))}, []rollout.PodRef{podOf("web-1", "1"), podOf("web-0", "1")}, ""},
		"the first, as it came again":                 {[]deletion{deleted(podOf("web-1", "1"))}, []rollout.PodRef{podOf("web-1", "2")}, "web-1"},
		"none of one name for the fourth time":        {[]deletion{deleted(podOf("web-1", "1")), deleted(podOf("web-1", "2")), deleted(podOf("web-1", "3"))}, []rollout.PodRef{podOf("web-1", "4")}, ""},
		"the second, when the first has had its turn": {[]deletion{deleted(podOf("web-1", "1")), deleted(podOf("web-1", "2")), deleted(podOf("web-1", "3"))}, []rollout.PodRef{podOf("web-1", "4"), podOf("web-0", "1")}, "web-0"},
		"a changed pod is no attempt":                 {[]deletion{conflict(podOf("web-1", "1")), conflict(podOf("web-1", "2")), conflict(podOf("web-1", "3"))}, []rollout.PodRef{podOf("web-1", "4")}, "web-1"},
		"nothing is blocked":                          {nil, nil, ""},
	} {
		u := offline(t, &strings.Builder{}, Options{}).unblocker(t.Context())
		for _, d := range test.before {
			u.tried[d.pod] = true
			u.answered(d)
		}
		got := ""
		if pod := u.choose(&blocked(test.pods...).Workloads[0]); pod != nil {
			got = pod.Name
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// What a person reads about a deletion; one that met another pod is not worth a word.
func TestDeletionsAreTold(t *testing.T) {
	d := deletion{workload: webRef, pod: podOf("web-1", "1")}
	forbidden := &cluster.Error{Reason: cluster.Forbidden, Message: "no permission to delete pods"}
	const failed = "kubectl app could not delete pod web-1, which is not ready and blocks the update of deployment/web: "
	for name, test := range map[string]struct {
		deleted bool
		err     error
		want    []string
	}{
		"deleted":   {true, nil, []string{"kubectl app deleted pod web-1, which was not ready and blocked the update of deployment/web"}},
		"changed":   {false, nil, nil},
		"forbidden": {false, forbidden, []string{failed + "no permission to delete pods; somebody with the permission can: kubectl delete pod web-1 -n shop"}},
		"refused":   {false, errors.New("no"), []string{failed + "no"}},
	} {
		u := offline(t, &strings.Builder{}, Options{}).unblocker(t.Context())
		d.deleted, d.err = test.deleted, test.err
		if got := messages(u.answered(d)); !slices.Equal(got, test.want) || !slices.Equal(u.release.warnings, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// The view goes on, and a signal counts, while the API server does not answer a deletion.
func TestADeletionDoesNotHoldUpTheWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := try(t, newWorld("web:1"))
		frames := &frames{}
		a.view = frames
		work, stop := context.WithCancel(t.Context())
		defer stop()
		var asked atomic.Int32
		a.world.before["delete web-1"] = func() {
			asked.Add(1)
			<-work.Done()
		}
		watcher, err := a.world.Watch(work, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		f := &follower{now: time.Now, watcher: watcher, view: frames, unblock: a.unblocker(work), stop: stop}
		f.unblock.begin(blocked(podOf("web-1", "1")))
		f.unblock.begin(blocked(podOf("web-1", "2")))
		a.after(5*time.Second, a.signal)
		state := rollout.Start([]rollout.Target{{Ref: webRef}}, a.Policy, time.Now())
		if _, err := f.follow(a.ctx, state, nil); err == nil || frames.shown < 40 || asked.Load() != 1 {
			t.Errorf("%v, %d frames, asked %d times", err, frames.shown, asked.Load())
		}
		f.stop()
	})
}

// frames counts them.
type frames struct{ shown int }

func (f *frames) Show(view.Frame) error     { f.shown++; return nil }
func (*frames) Finish(rollout.Result) error { return nil }
func (*frames) Close() error                { return nil }

// What an undo has begun to delete is given up when its watch ends: a rollback of the undo wants those pods.
func TestDeletionsEndWithTheirWatch(t *testing.T) {
	a := try(t, newWorld("web:1"))
	f := &follower{now: a.Now, watcher: noWatch{errSilent}, view: a.view}
	f.unblock = a.unblocker(t.Context())
	if _, err := f.follow(t.Context(), rollout.State{}, nil); !errors.Is(err, errSilent) || f.unblock.work.Err() == nil {
		t.Errorf("%v, and the deletions go on", err)
	}
}
