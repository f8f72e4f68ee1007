package diagnosis

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const restricted = `pods "db-x7k2p" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false`

func TestReadDryRun(t *testing.T) {
	for text, want := range map[string]DryRun{
		restricted: {Refused: restricted},
		`pods is forbidden: User "reader" cannot create resource "pods" in API group "" in the namespace "shop"`: {Unasked: "no permission to create pods"},
		`admission webhook "old.example.com" does not support dry run`:                                           {Unasked: `admission webhook "old.example.com" does not support dry run`},
		`admission webhook "p.example.com" denied the request: no`:                                               {Refused: `admission webhook "p.example.com" denied the request: no`},
		`Pod "db-x7k2p" is invalid: spec.volumes[0].name: Required value`:                                        {Unasked: `Pod "db-x7k2p" is invalid: spec.volumes[0].name: Required value`},
		`the server was unable to return a response in the time allotted`:                                        {Unasked: `the server was unable to return a response in the time allotted`},
	} {
		if got := ReadDryRun(text); got != want {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

// A dry run is asked for where a pod is missing and nothing explains it; its answer is the cause.
func TestDryRun(t *testing.T) {
	ref := workload.Ref{Kind: "StatefulSet", Namespace: "shop", Name: "db"}
	key := workload.RevisionKey{Owner: "s", Hash: "1"}
	pod := func(change func(*corev1.Pod)) *corev1.Pod {
		p := podtest.ReadyOf("s", "db-0")
		p.OwnerReferences[0].Kind, p.Labels = "StatefulSet", map[string]string{"controller-revision-hash": "1"}
		change(p)
		return p
	}
	well := pod(func(*corev1.Pod) {})
	starts := pod(func(p *corev1.Pod) { p.Status.Conditions[1].Status = corev1.ConditionFalse })
	leaves := pod(func(p *corev1.Pod) { p.DeletionTimestamp = podtest.At(0) })
	for _, tt := range []struct {
		name   string
		pods   []*corev1.Pod
		age    time.Duration
		events []*corev1.Event
		answer *DryRun
		asks   bool
		cause  Cause
	}{
		{"no pod at all", nil, time.Hour, nil, nil, true, ""},
		{"the second is missing", []*corev1.Pod{well}, time.Hour, nil, nil, true, ""},
		{"the first is on its way", []*corev1.Pod{starts}, time.Hour, nil, nil, false, ""},
		{"the first leaves", []*corev1.Pod{leaves}, time.Hour, nil, nil, false, ""},
		{"just created", nil, time.Second, nil, nil, false, ""},
		{"refused", nil, time.Hour, nil, &DryRun{Refused: restricted}, false, AdmissionDenied},
		{"accepted by now", nil, time.Hour, nil, &DryRun{}, false, ""},
		{"not permitted", nil, time.Hour, nil, &DryRun{Unasked: "no"}, false, ""},
		{"an event is left", nil, time.Hour, []*corev1.Event{{InvolvedObject: corev1.ObjectReference{UID: "s"}, Reason: "FailedCreate", Message: "create Pod db-0 in StatefulSet db failed error: " + restricted, LastTimestamp: *podtest.At(0)}}, nil, false, AdmissionDenied},
	} {
		in := Input{Now: podtest.Epoch.Add(time.Minute), Once: true, Final: true, UnderWay: true}
		in.Workload = &workload.Workload{Ref: ref, UID: "s", Desired: 2, UpdateRevision: "db-1"}
		in.Revisions = []workload.Revision{{Name: "db-1", ByPods: true, Key: key, Created: in.Now.Add(-tt.age)}}
		in.Revision, in.Pods, in.Events = &in.Revisions[0], tt.pods, tt.events
		if tt.answer != nil {
			in.DryRuns = map[workload.Ref]DryRun{ref: *tt.answer}
		}
		d := Look(in, History{})
		var cause Cause
		if len(d.Problems) > 0 {
			cause = d.Problems[0].Cause
		}
		if d.Wants.DryRuns[ref] != tt.asks || cause != tt.cause {
			t.Errorf("%s: asks %v, cause %q", tt.name, d.Wants.DryRuns[ref], cause)
		}
	}
}
