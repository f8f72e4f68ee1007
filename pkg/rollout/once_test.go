package rollout

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// A single look has no history: it decides by the times that the cluster itself gives. The pod is made at 12:00:00.
func TestOnce(t *testing.T) {
	const (
		noImage  = `{name: web, state: {waiting: {reason: ImagePullBackOff, message: 'Back-off pulling image "web:2.0": ErrImagePull: web:2.0: not found'}}}`
		noSecret = `{name: web, state: {waiting: {reason: CreateContainerConfigError, message: 'secret "db" not found'}}}`
		unready  = `{name: web, ready: false, started: true, state: {running: {startedAt: "2026-01-01T12:00:01Z"}}}`
		failed   = `- {reason: Failed, message: 'Error: secret "db" not found', firstTimestamp: "2026-01-01T12:02:00Z", lastTimestamp: "2026-01-01T12:02:10Z", involvedObject: {fieldPath: "spec.containers{web}"}}`
		pulled   = `
- {reason: Failed, message: 'Failed to pull image "web:2.0": dial tcp: i/o timeout', firstTimestamp: "2026-01-01T12:00:01Z", involvedObject: {fieldPath: "spec.containers{web}"}}
- {reason: Failed, message: 'Failed to pull image "web:2.0": web:2.0: not found', firstTimestamp: "2026-01-01T12:01:00Z", involvedObject: {fieldPath: "spec.containers{web}"}}`
		started = `{name: proxy, ready: true, state: {running: {startedAt: "2026-01-01T12:03:00Z"}}}, `
	)
	judged := func(cause diagnosis.Cause, after time.Duration) string {
		v, _ := NewVerdictAnnotation("abc", Failed, []diagnosis.Finding{{Cause: cause}}, epoch.Add(after), "a test")
		return v.Encode()
	}
	tests := []struct {
		name, containers, events, verdict string
		started                           time.Duration // by the kubelet
		after                             time.Duration
		want                              Outcome
	}{
		{name: "a pod of 3 s", containers: noImage, after: 3 * time.Second},
		{name: "a pod of 9 s", containers: noImage, after: 9 * time.Second},
		{name: "a pod of 11 s", containers: noImage, after: 11 * time.Second, want: Failed},
		{name: "a missing object has 30 s", containers: noSecret, after: 29 * time.Second},
		{name: "a missing object after 31 s", containers: noSecret, after: 31 * time.Second, want: Failed},
		{name: "a long pull came first, by the event", containers: noSecret, events: failed, after: 140 * time.Second},
		{name: "the event is old enough", containers: noSecret, events: failed, after: 151 * time.Second, want: Failed},
		{name: "another cause came first", containers: noImage, events: pulled, after: 69 * time.Second},
		{name: "this cause is old enough", containers: noImage, events: pulled, after: 71 * time.Second, want: Failed},
		{name: "the container before it has just started", containers: started + noImage, after: 189 * time.Second},
		{name: "the container before it started 11 s ago", containers: started + noImage, after: 191 * time.Second, want: Failed},
		{name: "it waited for a node until 3 s ago", containers: noImage, started: 2 * time.Minute, after: 123 * time.Second},
		{name: "it waited for a node until 11 s ago", containers: noImage, started: 2 * time.Minute, after: 131 * time.Second, want: Failed},
		{name: "judged failed for this cause", containers: noImage, verdict: judged(diagnosis.ImageNotFound, 2*time.Second), after: 3 * time.Second, want: Failed},
		{name: "judged failed for another cause", containers: noImage, verdict: judged(diagnosis.OOMKilled, 2*time.Second), after: 3 * time.Second},
		{name: "judged before this pod was made", containers: noImage, verdict: judged(diagnosis.ImageNotFound, -2*time.Second), after: 3 * time.Second},
		{name: "not ready, and not judged", containers: unready, after: time.Minute},
		{name: "not ready, and judged failed for that", containers: unready, verdict: judged(diagnosis.ReadinessFailing, 40*time.Second), after: time.Minute, want: Failed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := foundWorld(t)
			pod := podtest.Parse(t, `
spec: {containers: [{name: proxy, image: proxy}, {name: web, image: "web:2.0", readinessProbe: {periodSeconds: 1}}]}
status: {phase: Pending, conditions: [{type: Ready, status: "False", lastTransitionTime: "2026-01-01T12:00:00Z"}], containerStatuses: [`+tt.containers+`]}
`)
			pod.CreationTimestamp = metav1.NewTime(epoch)
			if tt.started > 0 {
				pod.Status.StartTime = &metav1.Time{Time: epoch.Add(tt.started)}
			}
			w.pods(pod)
			w.seen.Events = podtest.Events(t, tt.events)
			w.seen.Revisions[1].Hash = "abc"
			w.seen.Revisions[1].Annotations = map[string]string{workload.AnnotationVerdict: tt.verdict}
			w.now = epoch.Add(tt.after - time.Second) // events have a second to come
			w.state = Start([]Target{{Ref: shop}}, Policy{FailFast: diagnosis.FailFastAuto, Once: true}, w.now)
			w.after(0).after(time.Second).outcome(tt.want)
			if w.state.Workloads[0].Findings == nil {
				t.Error("no cause is named")
			}
		})
	}
}

// A quota refuses all pods: the condition of the ReplicaSet says since when.
func TestOnceWithoutPods(t *testing.T) {
	for after, want := range map[time.Duration]Outcome{3 * time.Second: "", 11 * time.Second: Failed} {
		w := foundWorld(t)
		w.pods()
		w.seen.Revisions[1].Desired = 3
		w.seen.Revisions[1].Failure = &workload.Condition{Reason: "FailedCreate", Message: `pods "web-1" is forbidden: exceeded quota: q`, LastUpdate: epoch}
		w.now = epoch.Add(after)
		w.state = Start([]Target{{Ref: shop}}, Policy{FailFast: diagnosis.FailFastAuto, Once: true}, w.now)
		w.after(0).outcome(want).first(diagnosis.QuotaExceeded, diagnosis.Fatal)
	}
}

// An update of a set whose pods have served for a day has just begun: nothing but the new revision shows it, or the end of
// its first pod.
func TestOnceOfAnOldSet(t *testing.T) {
	grace := int64(30)
	for _, tt := range []struct {
		name          string
		made, deleted time.Duration // ago
		want          Outcome
	}{
		{"begun now", 2 * time.Second, 0, ""},
		{"the first pod ends", 24 * time.Hour, 3 * time.Second, ""},
		{"begun long ago", 11 * time.Minute, 0, TimedOut},
	} {
		w := foundWorld(t)
		w.now = epoch.Add(24 * time.Hour)
		pods := []*corev1.Pod{podtest.ReadyOf("old", "web-0"), podtest.ReadyOf("old", "web-1")}
		for _, pod := range pods {
			pod.CreationTimestamp = metav1.NewTime(epoch)
		}
		if tt.deleted > 0 {
			end := metav1.NewTime(w.now.Add(30*time.Second - tt.deleted))
			pods[1].DeletionTimestamp, pods[1].DeletionGracePeriodSeconds = &end, &grace
		}
		w.pods(pods...)
		w.change().Strategy = workload.Strategy{Ordered: true, InPlace: true, Lenient: true, ProgressDeadline: 10 * time.Minute}
		w.seen.Revisions[1].Created = w.now.Add(-tt.made)
		w.state = Start([]Target{{Ref: shop}}, Policy{FailFast: diagnosis.FailFastAuto, Once: true}, w.now)
		if w.after(0); w.state.Outcome != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, w.state.Outcome, tt.want)
		}
	}
}

// A StatefulSet does not tell when it made progress: its pods do.
func TestOnceOfASet(t *testing.T) {
	for after, want := range map[time.Duration]Outcome{time.Minute: "", 11 * time.Minute: Failed} {
		w := foundWorld(t)
		pod := waitingPod("web-0", "ContainerCreating", "")
		pod.CreationTimestamp = metav1.NewTime(epoch)
		w.pods(pod)
		w.change().Strategy = workload.Strategy{Ordered: true, InPlace: true, Lenient: true, ProgressDeadline: 10 * time.Minute}
		w.seen.Events = []*corev1.Event{{
			Reason: "FailedCreatePodSandBox", Message: "network is down", FirstTimestamp: metav1.NewTime(epoch), InvolvedObject: corev1.ObjectReference{UID: pod.UID},
		}}
		w.now = epoch.Add(after)
		w.state = Start([]Target{{Ref: shop}}, Policy{FailFast: diagnosis.FailFastAuto, Once: true}, w.now)
		w.after(0).outcome(want)
	}
}
