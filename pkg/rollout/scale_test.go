package rollout

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// scaleWorld is a Deployment of one revision whose replicas our write changed. It has the pods of before.
func scaleWorld(t *testing.T, from, to int32, policy Policy) *world {
	t.Helper()
	w := arranged(t, to)
	w.seen.Revisions = w.seen.Revisions[1:]
	before := *w.seen.Workload
	before.Generation, before.ObservedGeneration = 1, 1
	before.Desired, before.Total, before.Available = from, from, from
	w.state = Start([]Target{{Ref: shop, UID: "d", Generation: 2, Replicas: &to, Baseline: CaptureReplicas(&before)}}, policy, w.now)
	return w.has(readyPods(from)...)
}

func readyPods(n int32) (pods []*corev1.Pod) {
	for i := range n {
		pods = append(pods, readyPod(fmt.Sprint("web-", i)))
	}
	return pods
}

// has sets the pods of the only revision, and all counts that go with them.
func (w *world) has(pods ...*corev1.Pod) *world {
	d, r := w.change(), &w.seen.Revisions[0]
	w.seen.Pods, r.Desired, r.Total, r.Ready = pods, d.Desired, 0, 0
	for _, p := range pods {
		if p.DeletionTimestamp != nil || diagnosis.Ended(p) {
			continue
		}
		r.Total++
		if diagnosis.IsReady(p) {
			r.Ready++
		}
	}
	r.Available = r.Ready
	d.Total, d.Updated, d.Ready, d.Available = r.Total, r.Total, r.Ready, r.Ready
	return w
}

func unschedulable(name string) *corev1.Pod {
	p := ownedPod("new", name)
	p.Spec.NodeName, p.Status.Phase = "", corev1.PodPending
	p.Status.Conditions = []corev1.PodCondition{{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable",
		Message: "0/3 nodes are available: 3 Insufficient cpu.", LastTransitionTime: metav1.NewTime(epoch),
	}}
	return p
}

func leaving(name string) *corev1.Pod {
	p := readyPod(name)
	p.DeletionTimestamp = at(30 * time.Second)
	return p
}

// What becomes of a scale from what is seen after it.
func TestScale(t *testing.T) {
	missing := func(name string) *corev1.Pod {
		return waitingPod(name, "ErrImagePull", `failed to pull and unpack image "web:2.0": failed to resolve reference "docker.io/library/web:2.0": docker.io/library/web:2.0: not found`)
	}
	for name, test := range map[string]struct {
		from, to int32
		pods     []*corev1.Pod
		arrange  func(*world)
		after    time.Duration
		policy   Policy
		want     Outcome
		says     string // the message or the first cause
	}{
		"more pods, all ready":                 {from: 2, to: 4, pods: readyPods(4), want: Succeeded},
		"more pods, one on its way":            {from: 2, to: 4, pods: append(readyPods(3), ownedPod("new", "web-3")), want: ""},
		"more pods, not observed yet":          {from: 2, to: 4, pods: readyPods(4), arrange: func(w *world) { w.change().ObservedGeneration = 1 }, want: ""},
		"fewer pods":                           {from: 4, to: 2, pods: readyPods(2), want: Succeeded},
		"fewer pods, seen late":                {from: 4, to: 2, pods: readyPods(4), arrange: func(w *world) { d := w.change(); d.Total, d.Available = 2, 2 }, want: ""},
		"fewer pods, one is ending":            {from: 4, to: 2, pods: append(readyPods(2), leaving("web-2")), want: ""},
		"fewer pods, one evicted long ago":     {from: 4, to: 2, pods: append(readyPods(2), longEvicted("web-9")), want: Succeeded},
		"fewer pods, one that goes is broken":  {from: 5, to: 2, pods: append(readyPods(2), missing("web-2"), leaving("web-3")), after: time.Minute, want: ""},
		"to 0, all of them broken":             {from: 1, to: 0, pods: []*corev1.Pod{missing("web-0")}, policy: Policy{FailFast: diagnosis.FailFastStrict}, want: ""},
		"fewer pods, one that stays is broken": {from: 3, to: 2, pods: append(readyPods(1), missing("web-1")), after: time.Minute, want: Failed, says: "ImageNotFound"},
		"more pods, an old one is ending":      {from: 2, to: 4, pods: append(readyPods(4), leaving("web-9")), want: Succeeded},
		"to 0":                                 {from: 2, to: 0, want: Succeeded},
		"to 0, one is ending":                  {from: 2, to: 0, pods: []*corev1.Pod{leaving("web-0")}, want: ""},
		"from 0":                               {from: 0, to: 2, pods: readyPods(2), want: Succeeded},
		"a pod does not end": {
			from: 4, to: 2, pods: append(readyPods(2), leaving("web-2")), after: 11 * time.Minute, policy: Policy{FailFast: diagnosis.FailFastAuto},
			want: Failed, says: "StuckTerminating",
		},
		"unschedulable, for now":        {from: 2, to: 4, pods: append(readyPods(3), unschedulable("web-3")), after: 9 * time.Minute, want: "", says: "Unschedulable"},
		"unschedulable, at the end":     {from: 2, to: 4, pods: append(readyPods(3), unschedulable("web-3")), after: 11 * time.Minute, want: Failed, says: "Unschedulable"},
		"unschedulable, at the timeout": {from: 2, to: 4, pods: append(readyPods(3), unschedulable("web-3")), after: time.Minute, policy: Policy{Timeout: time.Minute}, want: Failed, says: "Unschedulable"},
		"one image of many is missing":  {from: 2, to: 10, pods: append(readyPods(9), missing("web-9")), after: time.Minute, want: Failed, says: "ImageNotFound"},
		"others are still on their way": {from: 2, to: 4, pods: append(readyPods(2), ownedPod("new", "web-2"), missing("web-3")), after: time.Minute, want: "", says: "ImageNotFound"},
		"the quota is used up": {from: 2, to: 4, pods: readyPods(2), after: time.Minute, want: Failed, says: "QuotaExceeded", arrange: func(w *world) {
			w.change()
			w.seen.Revisions[0].Failure = &workload.Condition{
				Type: "ReplicaFailure", Status: "True", Reason: "FailedCreate", LastUpdate: epoch,
				Message: `pods "web-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2`,
			}
		}},
		"set to another number": {from: 2, to: 4, pods: readyPods(4), want: Superseded, says: "the replicas were set to 3 by kubectl scale", arrange: func(w *world) {
			d := w.change()
			d.Generation, d.Desired = 3, 3
			d.Managers = []metav1.ManagedFieldsEntry{{Manager: "kubectl", Operation: "Update", Subresource: "scale", FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:replicas":{}}}`)}}
		}},
		"set to 0 by nobody known": {from: 2, to: 4, pods: readyPods(4), want: Superseded, says: "the replicas were set to 0 by someone else", arrange: func(w *world) {
			d := w.change()
			d.Generation, d.Desired = 3, 0
		}},
		"an autoscaler takes over": {from: 0, to: 4, pods: readyPods(3), want: Succeeded, arrange: func(w *world) {
			d := w.change()
			d.Generation, d.ObservedGeneration, d.Desired = 3, 3, 3
			w.state.Workloads[0].Target.Autoscaled = true
		}},
		"our write is not seen yet": {from: 2, to: 4, pods: readyPods(2), want: "", arrange: func(w *world) {
			d := w.change()
			d.Generation, d.ObservedGeneration, d.Desired = 1, 1, 2
		}},
		"deleted": {from: 2, to: 4, want: Superseded, says: "web was deleted", arrange: func(w *world) {
			w.after(0)
			w.seen = diagnosis.Observed{}
		}},
		"paused": {from: 2, to: 4, pods: readyPods(4), want: Succeeded, arrange: func(w *world) {
			d := w.change() // with a template that is not rolled out
			d.Paused, d.Updated, d.Template = true, 0, templateOf("web:3.0")
		}},
		"a release elsewhere has begun": {from: 2, to: 4, want: "", arrange: func(w *world) {
			w.release(3, 1, append(readyPods(3), ownedPod("next", "next-0"))...)
		}},
		"a release elsewhere, with a surge": {from: 2, to: 4, want: Succeeded, arrange: func(w *world) {
			w.release(4, 1, append(readyPods(4), ownedPod("next", "next-0"), leaving("web-9"))...)
		}},
		"a release elsewhere fails, enough pods are ready": {from: 2, to: 4, want: Succeeded, after: time.Minute, arrange: func(w *world) {
			bad := missing("next-0")
			bad.OwnerReferences[0].UID = "next"
			w.release(4, 1, append(readyPods(4), bad)...)
		}},
		"pods of a release elsewhere fail": {from: 2, to: 4, want: Failed, says: "ImageNotFound", after: time.Minute, arrange: func(w *world) {
			bad := missing("next-0")
			bad.OwnerReferences[0].UID = "next"
			w.release(3, 1, append(readyPods(3), bad)...)
		}},
		"the deadline of an earlier rollout": {from: 2, to: 4, pods: append(readyPods(3), ownedPod("new", "web-3")), want: "", arrange: func(w *world) {
			w.change().Conditions = []workload.Condition{{Type: "Progressing", Status: "False", Reason: "ProgressDeadlineExceeded", LastUpdate: epoch.Add(-time.Hour)}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := scaleWorld(t, test.from, test.to, test.policy)
			if test.policy.FailFast == "" {
				w.state.Policy.FailFast = diagnosis.FailFastAuto
			}
			w.has(test.pods...)
			if test.arrange != nil {
				test.arrange(w)
			}
			w.after(0).after(test.after).outcome(test.want)
			got := w.state.Workloads[0]
			said := got.Message
			if len(got.Findings) > 0 {
				said += " " + string(got.Findings[0].Cause)
			}
			if !strings.Contains(said, test.says) {
				t.Errorf("said %q, want %q", said, test.says)
			}
			if got.Scale == nil || *got.Scale != (FromTo[int32]{test.from, test.to}) || got.RevisionTo != 0 {
				t.Errorf("scale %+v, revision %d", got.Scale, got.RevisionTo)
			}
		})
	}
}

// release has another template rolled out: so many pods are available, and fresh ones are of it.
func (w *world) release(available, fresh int32, pods ...*corev1.Pod) {
	d := w.change()
	d.Generation, d.ObservedGeneration, d.Template = 3, 3, templateOf("web:3.0")
	next := workload.Revision{Name: "web-next", UID: "next", Key: workload.RevisionKey{Owner: "next"}, Number: 3, Template: d.Template, Desired: fresh, Total: fresh}
	was := &w.seen.Revisions[0]
	was.Total, was.Ready, was.Available, was.Desired = available, available, available, available
	w.seen.Revisions = append(w.seen.Revisions, next)
	w.seen.Pods = pods
	d.Total, d.Updated, d.Ready, d.Available = available+fresh, fresh, available, available
}

func longEvicted(name string) *corev1.Pod {
	p := ownedPod("new", name)
	p.Status.Phase, p.Status.Reason = corev1.PodFailed, "Evicted"
	return p
}

// A surplus is shown as old pods, and a release that watches the workload is not disturbed by a scale.
func TestScaleCounts(t *testing.T) {
	w := scaleWorld(t, 5, 2, Policy{}).after(0)
	if got, want := w.state.Workloads[0].Counts, (Counts{Desired: 2, Updated: 2, Ready: 2, Available: 2, Old: 3, Scale: true}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	release := newWorld(t, 3, Policy{}).after(0)
	d := release.change()
	d.Generation, d.Desired = 3, 5
	release.after(time.Second).outcome("")
}

func TestScaledBaseline(t *testing.T) {
	complete := []workload.Condition{{Type: "Progressing", Status: "True", Reason: "NewReplicaSetAvailable"}}
	for name, test := range map[string]struct {
		w               workload.Workload
		scaled, serving bool
	}{
		"as wanted":             {workload.Workload{Desired: 3, Total: 3, Updated: 3, Available: 3, Conditions: complete}, true, true},
		"one is not ready":      {workload.Workload{Desired: 3, Total: 3, Updated: 3, Available: 2, Conditions: complete}, false, false},
		"one too many":          {workload.Workload{Desired: 3, Total: 4, Updated: 4, Available: 4, Conditions: complete, Strategy: workload.Strategy{MaxSurge: 1}}, false, true},
		"a surge of a rollout":  {workload.Workload{Desired: 3, Total: 4, Updated: 1, Available: 3, Strategy: workload.Strategy{MaxSurge: 1}}, true, true},
		"none wanted":           {workload.Workload{Conditions: complete}, true, false},
		"not observed":          {workload.Workload{Generation: 2, Desired: 3, Total: 3, Updated: 3, Available: 3, Conditions: complete}, false, false},
		"paused with a change":  {workload.Workload{Desired: 3, Total: 3, Available: 3, Paused: true}, true, true},
		"paused, one too many":  {workload.Workload{Desired: 3, Total: 4, Available: 4, Paused: true, Strategy: workload.Strategy{MaxSurge: 1}}, false, true},
		"one is ending":         {workload.Workload{Desired: 3, Total: 3, Updated: 3, Available: 3, Terminating: 1, Conditions: complete}, false, true},
		"a ReplicaSet, as such": {workload.Workload{Desired: 3, Total: 3, Updated: 3, Available: 3}, true, true},
	} {
		b := CaptureReplicas(&test.w)
		if b.Scaled() != test.scaled || b.Serving != test.serving {
			t.Errorf("%s: scaled %v, serving %v", name, b.Scaled(), b.Serving)
		}
	}
}

// The ReplicaSet may be seen later than the Deployment whose status counts its pods.
func TestScaleCountsByTheStatus(t *testing.T) {
	w := scaleWorld(t, 2, 4, Policy{}).has(readyPods(4)...)
	r := &w.seen.Revisions[0]
	r.Total, r.Ready, r.Available = 2, 2, 2
	w.after(0).outcome(Succeeded)
	if c := w.state.Workloads[0].Counts; c.Updated != 4 || c.Ready != 4 || c.Available != 4 {
		t.Errorf("%+v", c)
	}
}
