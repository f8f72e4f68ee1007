package rollout

import (
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// setWorld is a world of a kind whose revisions have no counts, with one new pod that is on its way.
func setWorld(t *testing.T, policy Policy) *world {
	t.Helper()
	w := newWorld(t, 3, policy)
	d := w.change()
	d.Strategy = workload.Strategy{InPlace: true, Lenient: true, MaxUnavailable: 1, ProgressDeadline: 10 * time.Minute}
	d.Updated, d.Total = 1, 3
	for i := range w.seen.Revisions {
		r := &w.seen.Revisions[i]
		r.ByPods, r.Total, r.Ready, r.Available = true, 0, 0, 0
	}
	return w
}

// Without permission to read pods the status counts, and what it counts is progress.
func TestProgressWithoutPods(t *testing.T) {
	w := setWorld(t, Policy{})
	w.seen.Forbidden = []string{"pods"}
	for range 2 {
		d := w.change()
		d.Updated, d.Ready, d.Available = d.Updated+1, 3, 3
		w.after(9 * time.Minute)
		if got := w.state.Workloads[0]; got.Outcome == Failed || got.Counts.Updated != d.Updated {
			t.Fatalf("%s with %+v: %s", got.Outcome, got.Counts, got.Message)
		}
	}
}

// The deadline of kinds that have none is ours: it is no failure of a rollout in which nothing is wrong, and --timeout
// moves it.
func TestDeadlineOfOurs(t *testing.T) {
	w := setWorld(t, Policy{})
	w.seen.Pods = append(w.seen.Pods, readyPod("web-new-0")) // for minReadySeconds, say
	w.after(time.Second).after(11 * time.Minute)
	if got := w.state.Workloads[0]; got.Outcome != TimedOut || !strings.Contains(got.Message, "no progress for 10m0s") {
		t.Errorf("%s: %s", got.Outcome, got.Message)
	}
	w = setWorld(t, Policy{Timeout: time.Hour})
	w.after(time.Second).after(50 * time.Minute).outcome("")
}

// What was rolled out once by the status is over, also where no condition says when.
func TestOverWithoutACondition(t *testing.T) {
	b := &Baseline{Workload: &workload.Workload{Ref: shop, Generation: 2, ObservedGeneration: 2}, Revision: &workload.Revision{Number: 5}}
	if why := b.Over(DefaultSoak, epoch); why != "" {
		t.Errorf("not rolled out: %s", why)
	}
	b.Workload.RolledOut = true
	if why := b.Over(DefaultSoak, epoch); !strings.Contains(why, "revision 5 of deployment/web was complete before") {
		t.Errorf("rolled out: %q", why)
	}
	if b.Soaking(DefaultSoak, epoch) {
		t.Error("soaking, though nobody knows since when")
	}
	b.Revision.Hash, b.Revision.Annotations = "abc", map[string]string{workload.AnnotationVerdict: goodVerdict(t)}
	b.Workload.RolledOut, b.Workload.Strategy.Lenient = false, true
	if why := b.Over(DefaultSoak, epoch); why != "" {
		t.Errorf("verified in an earlier use, and not rolled out in this one: %s", why)
	}
}

func goodVerdict(t *testing.T) string {
	t.Helper()
	verdict, ok := NewVerdictAnnotation("abc", Succeeded, nil, epoch, "a test")
	if !ok {
		t.Fatal("no verdict for a success")
	}
	return verdict.Encode()
}
