package rollout

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var (
	epoch = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	shop  = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
)

// world is one Deployment as a test arranges it: generation 2 is ours, revision "new" holds it.
type world struct {
	t      *testing.T
	now    time.Time
	seen   Observed
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
		Before: &Before{Workload: &before, Revision: &w.seen.Revisions[0], Serving: true},
	}
	w.state = Start([]Target{target}, policy, w.now)
	return w
}

// foundWorld is the same, found under way.
func foundWorld(t *testing.T) *world {
	t.Helper()
	w := arranged(t, 3)
	w.state = Start([]Target{{Ref: shop}}, Policy{FailFast: FailFastAuto}, w.now)
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
		if isReady(p) {
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

func (w *world) first(cause Cause, grade Grade) *world {
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

func readyPod(name string) *corev1.Pod { return readyPodOf("new", name) }

func readyPodOf(revision types.UID, name string) *corev1.Pod {
	p := ownedPod(revision, name)
	p.Status.Conditions = []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionTrue},
		{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(epoch)},
	}
	p.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: "web", Ready: true, Started: ptr(true),
		State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(epoch)}},
	}}
	return p
}

func ownedPod(revision types.UID, name string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: "shop", UID: types.UID(name),
			OwnerReferences: []metav1.OwnerReference{{Kind: "ReplicaSet", UID: revision, Controller: ptr(true)}},
		},
		Spec:   corev1.PodSpec{NodeName: "node-1", Containers: []corev1.Container{{Name: "web", Image: "web:2.0"}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning},
	}
}

func ptr[T any](v T) *T { return &v }

// waitingPod has a container that waits for a reason.
func waitingPod(name, reason, message string) *corev1.Pod {
	p := ownedPod("new", name)
	p.Status.Phase = corev1.PodPending
	p.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: "web", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}},
	}}
	return p
}

// crashedPod has a container that ended for the restarts+1st time.
func crashedPod(name string, restarts, exit int32) *corev1.Pod {
	p := ownedPod("new", name)
	p.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: "web", RestartCount: restarts,
		State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: exit, Reason: "Error"}},
	}}
	return p
}

// podFrom reads a pod of the new revision; what a table leaves out is as in most pods.
func podFrom(t *testing.T, text string) *corev1.Pod {
	t.Helper()
	p := ownedPod("new", "web-1")
	p.Spec.Containers = nil
	if err := yaml.UnmarshalStrict([]byte(text), p); err != nil {
		t.Fatal(err)
	}
	if p.Spec.Containers == nil {
		p.Spec.Containers = []corev1.Container{{Name: "web", Image: "web:2.0"}}
	}
	return p
}

func eventsFrom(t *testing.T, text string) []*corev1.Event {
	t.Helper()
	var all []*corev1.Event
	if err := yaml.UnmarshalStrict([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.InvolvedObject.UID == "" {
			e.InvolvedObject.UID, e.InvolvedObject.Kind = "web-1", "Pod"
		}
	}
	return all
}
