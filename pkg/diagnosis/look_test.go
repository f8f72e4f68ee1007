package diagnosis

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var (
	epoch      = podtest.Epoch
	at         = podtest.At
	readyPod   = podtest.Ready
	ownedPod   = podtest.Owned
	waitingPod = podtest.Waiting
	crashedPod = podtest.Crashed
	podFrom    = podtest.Parse
	eventsFrom = podtest.Events
	ranBefore  = podtest.RanBefore
	shop       = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
)

// watched is a Deployment that is looked at again and again; its revision "new" is in the making.
type watched struct {
	t *testing.T
	Input
	last *Diagnosis
}

func watch(t *testing.T, n int32, failFast FailFast) *watched {
	t.Helper()
	image := func(name string) corev1.PodTemplateSpec {
		return corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: name}}}}
	}
	w := &watched{t: t, Input: Input{Now: epoch, Since: epoch, Populated: true, FailFast: failFast}, last: &Diagnosis{}}
	w.Workload = &workload.Workload{
		Ref: shop, UID: "d", Generation: 2, ObservedGeneration: 2, Template: image("web:2.0"), Desired: n,
		Strategy: workload.Strategy{MaxSurge: 1}, Total: 2 * n, Updated: n, Ready: n, Available: n,
	}
	w.Revisions = []workload.Revision{
		{Name: "web-old", UID: "old", Key: workload.RevisionKey{Owner: "old"}, Number: 1, Template: image("web:1.0"), Desired: n, Total: n, Ready: n, Available: n},
		{Name: "web-new", UID: "new", Key: workload.RevisionKey{Owner: "new"}, Number: 2, Template: image("web:2.0"), Desired: n},
	}
	w.Revision = &w.Revisions[1]
	return w
}

func (w *watched) pods(pods ...*corev1.Pod) *watched {
	w.Pods = pods
	w.Revision.Total, w.Revision.Desired = int32(len(pods)), int32(len(pods))
	return w
}

// after lets time pass and looks again.
func (w *watched) after(d time.Duration) *watched {
	w.t.Helper()
	w.Now = w.Now.Add(d)
	for range 2 { // what was wanted is there at once
		w.last = Look(w.Input, w.last.History)
	}
	return w
}

// first returns the first finding.
func (w *watched) first() Finding {
	w.t.Helper()
	all := w.last.Findings()
	if len(all) == 0 {
		w.t.Fatalf("after %s: no findings", w.Now.Sub(epoch))
	}
	return all[0]
}

// A look leaves the history before it as it was, and the same look brings the same.
func TestHistoryIsAValue(t *testing.T) {
	w := watch(t, 1, FailFastAuto).pods(crashedPod("web-1", 1, 1)).after(time.Second)
	before := w.last.History
	w.Now = w.Now.Add(time.Minute)
	one, again := Look(w.Input, before), Look(w.Input, before)
	if len(one.Problems) != 1 || len(again.Problems) != 1 || one.Problems[0].since != again.Problems[0].since || one.Wake() != again.Wake() {
		t.Errorf("%+v, and then %+v", one.Problems, again.Problems)
	}
	if told, _ := one.News(false); len(told) != 1 {
		t.Errorf("told %+v", told)
	}
	if told, _ := Look(w.Input, one.History).News(false); len(told) != 0 {
		t.Errorf("told %+v again", told)
	}
}
