package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// What is written of a rollout plays again as the rollout did.
func TestWrittenRecordingsAreJudgedTheSame(t *testing.T) {
	for _, name := range []string{"e-exit1", "i-liveness-fails", "k-missing-secret-env", "y-healthy-quick", "p-quota-exceeded", "e5-crash-then-undo"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			rewrite(t, NewWriter(&out), read(t, name))
			last, err := Run(&out, release())
			if err != nil {
				t.Fatal(err)
			}
			check(t, last, auto[name])
		})
	}
}

// rewrite writes a recording as the watcher would have: with typed objects, without their kinds.
func rewrite(t *testing.T, w *Writer, lines []marked) {
	t.Helper()
	at := func(l marked) time.Time { return started.Add(l.Elapsed()) }
	for _, l := range lines {
		var err error
		switch l.Type {
		case Initial:
			err = w.Initial(typed(t, l))
		case Update:
			ref := workload.Ref{Kind: "Deployment", Namespace: namespaceOf(lines), Name: "web"}
			err = w.Change(started, "patch", "", []rollout.Target{{Ref: ref, Generation: 2}})
		case Added, Modified, Deleted:
			if o := typed(t, l); o != nil {
				err = w.Object(at(l), l.Type, o)
			}
		case Log:
			var p podLog
			if err = json.Unmarshal(l.Object, &p); err == nil {
				err = w.Log(at(l), p.Namespace, keyOf(lines, l, p), logOf(p))
			}
		case Action:
			err = w.line(at(l), Action, action{Kind: "Action", Script: "by hand"})
		case End:
			err = w.End(at(l))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

var started = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

func typed(t *testing.T, l marked) runtime.Object {
	t.Helper()
	var o runtime.Object
	switch l.kind {
	case "Deployment":
		o = &appsv1.Deployment{}
	case "ReplicaSet":
		o = &appsv1.ReplicaSet{}
	case "Pod":
		o = &corev1.Pod{}
	case "Event":
		o = &corev1.Event{}
	default:
		return nil
	}
	if err := json.Unmarshal(l.Object, o); err != nil {
		t.Fatal(err)
	}
	o.GetObjectKind().SetGroupVersionKind(o.GetObjectKind().GroupVersionKind().GroupVersion().WithKind(""))
	return o
}

func namespaceOf(lines []marked) string {
	var head metav1.PartialObjectMetadata
	_ = json.Unmarshal(lines[0].Object, &head)
	return head.Namespace
}

// keyOf finds the run by the stage, as the engine does that asks for it.
func keyOf(lines []marked, log marked, p podLog) diagnosis.LogKey {
	s := newStage()
	for _, l := range lines {
		if l.T > log.T {
			break
		}
		if l.kind == "Pod" {
			_ = s.set(l.Object, l.Type == Deleted)
		}
	}
	key := diagnosis.LogKey{Pod: p.Pod, Container: p.Container, Previous: p.Previous}
	for name, pod := range s.podByName {
		if name.Name == p.Pod {
			key.PodUID, key.Restart = pod.UID, runOf(pod, p.Container, p.Previous)
		}
	}
	return key
}

func logOf(p podLog) diagnosis.Log {
	if p.Text == nil {
		return diagnosis.Log{Err: p.Error}
	}
	return diagnosis.Log{Lines: strings.Split(strings.TrimSuffix(*p.Text, "\n"), "\n")}
}

func TestValuesAreCutOut(t *testing.T) {
	const secret = "s3cr3t"
	env := []corev1.EnvVar{{Name: "PASSWORD", Value: secret}, {Name: "EMPTY"}, {Name: "AGAIN", Value: secret}, {Name: "OTHER", Value: secret + "2"}}
	applied := map[string]string{
		workload.AnnotationLastApplied: `{"spec":{"env":"` + secret + `"}}`, workload.AnnotationChangeCause: "release 7",
	}
	request := &corev1.HTTPGetAction{Path: "/ready", HTTPHeaders: []corev1.HTTPHeader{{Name: "Authorization", Value: "Bearer " + secret}}}
	probe := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: request}}
	hook := &corev1.LifecycleHandler{HTTPGet: request}
	spec := corev1.PodSpec{
		InitContainers: []corev1.Container{{Name: "init", Env: env}},
		Containers: []corev1.Container{{
			Name: "web", Env: env, Args: []string{"--level=debug"},
			LivenessProbe: probe, ReadinessProbe: probe, StartupProbe: probe,
			Lifecycle: &corev1.Lifecycle{PostStart: hook, PreStop: hook},
		}},
	}
	meta := metav1.ObjectMeta{
		Name: "web", Annotations: applied,
		ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl", FieldsV1: metav1.NewFieldsV1(`{"f:x":"` + secret + `"}`)}},
	}
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: applied}, Spec: spec}
	objects := []runtime.Object{
		&appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Template: template}},
		&appsv1.ReplicaSet{ObjectMeta: meta, Spec: appsv1.ReplicaSetSpec{Template: template}},
		&corev1.Pod{ObjectMeta: meta, Spec: spec},
	}
	var out bytes.Buffer
	w := NewWriter(&out)
	for _, o := range objects {
		if err := w.Initial(o); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Taken(started); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), secret) || strings.Contains(out.String(), "managedFields") {
		t.Errorf("it gives away too much:\n%s", out.String())
	}
	for _, kept := range []string{`"(cut 1)"`, `"(cut 2)"`, "release 7", "--level=debug", `"kind":"ReplicaSet"`} {
		if !strings.Contains(out.String(), kept) {
			t.Errorf("%s is missing:\n%s", kept, out.String())
		}
	}
	if spec.Containers[0].Env[0].Value != secret || len(meta.ManagedFields) != 1 || applied[workload.AnnotationLastApplied] == "" {
		t.Error("the objects themselves were changed")
	}
}

func TestLinesAreInOrder(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web-1"}}
	for _, err := range []error{
		w.Object(started, Added, pod), w.Change(started, "", "", nil), w.Object(started.Add(1500*time.Millisecond), Added, pod),
		w.Object(started.Add(time.Second), Modified, pod), w.End(started.Add(2 * time.Second)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var got []float64
	r, _ := NewReader(&out)
	for {
		l, err := r.Next()
		if err != nil {
			break
		}
		got = append(got, l.T)
	}
	want := []float64{0, 0, 1.5, 1.5, 2}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if w.Change(started, "", "", nil) == nil {
		t.Error("it began twice")
	}
}

var errFull = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrorsAreReturned(t *testing.T) {
	w := NewWriter(fullDisk{})
	if err := w.Taken(started); !errors.Is(err, errFull) {
		t.Errorf("%v", err)
	}
}

// A replay says what the release said: who changed the template meanwhile, and why the release was made. What
// the engine saw in one moment it sees in one step again.
func TestReplaySaysWhatTheReleaseSaid(t *testing.T) {
	deployment := func(image string, generation int64, managers ...metav1.ManagedFieldsEntry) *appsv1.Deployment {
		d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop", UID: "d", Generation: generation, ManagedFields: managers}}
		d.Spec.Template.Spec.Containers = []corev1.Container{{Name: "web", Image: image}}
		d.Spec.Replicas, d.Status.ObservedGeneration = new(int32(1)), generation
		return d
	}
	revision := func(image, name, number string) *appsv1.ReplicaSet {
		rs := &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: "shop", UID: types.UID(name), Annotations: map[string]string{workload.AnnotationRevision: number},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "Deployment", Name: "web", UID: "d", Controller: new(true)}},
		}}
		rs.Spec.Template = deployment(image, 1).Spec.Template
		return rs
	}
	at := func(second int) time.Time { return started.Add(time.Duration(second) * time.Second) }
	theirs := metav1.NewTime(at(2))
	helm := metav1.ManagedFieldsEntry{Manager: "helm", Time: &theirs, FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:template":{"f:spec":{"f:secret":{}}}}}`)}
	var out bytes.Buffer
	w := NewWriter(&out)
	w.Policy = &rollout.Policy{FailFast: diagnosis.FailFastStrict, Soak: 1500 * time.Millisecond, Timeout: time.Minute, WaitForOldPods: true}
	target := rollout.Target{Ref: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}, Generation: 2}
	for _, err := range []error{
		w.Initial(deployment("web:1", 1)), w.Initial(revision("web:1", "web-1", "1")), w.Change(started, "set image", "ticket 7", []rollout.Target{target}),
		w.Object(at(1), Modified, deployment("web:2", 2)), w.Object(at(1), Added, revision("web:2", "web-2", "2")),
		w.Object(at(2), Modified, deployment("web:3", 3, helm)), w.End(at(3)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if text := out.String(); strings.Contains(text, "f:secret") {
		t.Errorf("the fields of a manager are recorded:\n%s", text)
	}
	p, err := NewReplay(&out, release())
	if err != nil {
		t.Fatal(err)
	}
	var recorded rollout.Policy
	p.Recorded = func(policy rollout.Policy) rollout.Policy { recorded = policy; return release() }
	var last Frame
	for f, err := range p.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		if w := f.State.Workloads[0]; f.Elapsed == time.Second && w.RevisionTo != 2 {
			t.Error("the revision of the same moment is not seen")
		}
		last = f
	}
	want := "the template was changed by helm at " + theirs.Local().Format(time.TimeOnly)
	if got := last.State.Workloads[0].Message; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if recorded != *w.Policy {
		t.Errorf("the policy %+v", recorded)
	}
	if p.Reason() != "ticket 7" {
		t.Errorf("reason %q", p.Reason())
	}
}
