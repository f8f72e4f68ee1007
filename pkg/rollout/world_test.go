package rollout

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var shop = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}

var (
	epoch      = podtest.Epoch
	at         = podtest.At
	readyPod   = podtest.Ready
	readyPodOf = podtest.ReadyOf
	ownedPod   = podtest.Owned
	waitingPod = podtest.Waiting
	crashedPod = podtest.Crashed
	podFrom    = podtest.Parse
	ranBefore  = podtest.RanBefore
)

// The limits of the diagnosis, as its package has them.
const (
	logTime           = 3 * time.Second
	maxAsked          = 3
	manyRejected      = 10
	tooManyRejected   = 50
	patienceRejection = 20 * time.Second
)

// world is one Deployment as a test arranges it: generation 2 is ours, revision "new" holds it.
type world struct {
	t      *testing.T
	now    time.Time
	seen   diagnosis.Observed
	state  State
	events []Event
}

// newWorld is a Deployment of n replicas whose template our change has just replaced.
func newWorld(t *testing.T, n int32, policy Policy) *world {
	t.Helper()
	w := arranged(t, n)
	before := *w.seen.Workload
	before.Generation, before.ObservedGeneration = 1, 1
	before.Template = templateOf("web:1.0")
	target := Target{
		Ref: shop, UID: "d", Generation: 2, Template: &w.seen.Workload.Template,
		Baseline: &Baseline{Workload: &before, Revision: &w.seen.Revisions[0], Serving: true},
	}
	w.state = Start([]Target{target}, policy, w.now)
	return w
}

// foundWorld is the same, found under way.
func foundWorld(t *testing.T) *world {
	t.Helper()
	w := arranged(t, 3)
	w.state = Start([]Target{{Ref: shop}}, Policy{FailFast: diagnosis.FailFastAuto}, w.now)
	return w
}

func arranged(t *testing.T, n int32) *world {
	t.Helper()
	w := &world{t: t, now: epoch}
	w.seen.Workload = &workload.Workload{
		Ref: shop, UID: "d", Generation: 2, ObservedGeneration: 2, Template: templateOf("web:2.0"), Desired: n,
		Strategy: workload.Strategy{MaxSurge: 1, ProgressDeadline: 10 * time.Minute}, Total: n, Ready: n, Available: n,
	}
	w.seen.Revisions = []workload.Revision{
		{Name: "web-old", UID: "old", Key: workload.RevisionKey{Owner: "old"}, Number: 1, Template: templateOf("web:1.0"), Desired: n, Total: n, Ready: n, Available: n},
		{Name: "web-new", UID: "new", Key: workload.RevisionKey{Owner: "new"}, Number: 2, Template: templateOf("web:2.0"), Desired: 1},
	}
	return w
}

func templateOf(image string) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: image}}}}
}

// after lets time pass and looks again.
func (w *world) after(d time.Duration) *world {
	w.t.Helper()
	w.now = w.now.Add(d)
	for range 2 { // what was wanted is there at once
		var events []Event
		w.state, events = Step(w.state, Snapshot{shop: w.seen}, w.now)
		w.events = append(w.events, events...)
	}
	return w
}

// pods sets the new revision's pods, and the counts that go with them.
func (w *world) pods(pods ...*corev1.Pod) *world {
	w.seen.Pods = pods
	ready := int32(0)
	for _, p := range pods {
		if diagnosis.IsReady(p) {
			ready++
		}
	}
	d, r := w.change(), &w.seen.Revisions[1]
	r.Total, r.Ready, r.Available, r.Desired = int32(len(pods)), ready, ready, int32(len(pods))
	d.Updated, d.Total = r.Total, r.Total+w.seen.Revisions[0].Total
	d.Available, d.Ready = ready+w.seen.Revisions[0].Available, ready+w.seen.Revisions[0].Ready
	return w
}

// change gives a copy of the workload to change, as a watch would bring it.
func (w *world) change() *workload.Workload {
	d := *w.seen.Workload
	w.seen.Workload = &d
	w.seen.Revisions = append([]workload.Revision(nil), w.seen.Revisions...)
	return &d
}

// finished: all replicas are new, and no old pod is left.
func (w *world) finished() *world {
	w.change()
	w.seen.Revisions[0].Total, w.seen.Revisions[0].Ready, w.seen.Revisions[0].Available = 0, 0, 0
	var pods []*corev1.Pod
	for i := range w.seen.Workload.Desired {
		pods = append(pods, readyPod(fmt.Sprint("web-new-", i)))
	}
	return w.pods(pods...)
}

func (w *world) outcome(want Outcome) *world {
	w.t.Helper()
	if got := w.state.Outcome; got != want {
		w.t.Errorf("after %s: outcome %q (%s), want %q", w.now.Sub(epoch), got, w.state.Workloads[0].Message, want)
	}
	return w
}

func (w *world) first(cause diagnosis.Cause, grade diagnosis.Grade) *world {
	w.t.Helper()
	all := w.state.Workloads[0].Findings
	if len(all) == 0 || all[0].Cause != cause || all[0].Grade != grade {
		w.t.Errorf("after %s: findings %v, want first %s/%s", w.now.Sub(epoch), all, cause, grade)
	}
	return w
}

// told counts the events of a type.
func (w *world) told(kind EventType) int {
	n := 0
	for _, e := range w.events {
		if e.Type == kind {
			n++
		}
	}
	return n
}

func ptr[T any](v T) *T { return &v }
