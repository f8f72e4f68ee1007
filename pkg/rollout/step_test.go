package rollout

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var release = Policy{FailFast: diagnosis.FailFastAuto, Soak: 15 * time.Second}

func TestSucceedsAfterTheSoak(t *testing.T) {
	w := newWorld(t, 3, release)
	w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(time.Second).outcome("")
	w.finished().after(time.Second).outcome("")
	if w.state.Workloads[0].Phase != Soaking || w.told(EventComplete) != 1 {
		t.Errorf("phase %s, %d times complete", w.state.Workloads[0].Phase, w.told(EventComplete))
	}
	if want := w.now.Add(15 * time.Second); !w.state.Wake.Equal(want) {
		t.Errorf("wakes at %s, want %s", w.state.Wake, want)
	}
	w.after(14 * time.Second).outcome("").after(time.Second).outcome(Succeeded)
	if w.state.Wants.Events != nil || w.state.Wants.Logs != nil || !w.state.Wake.IsZero() {
		t.Errorf("wants %+v and wakes at %s after the verdict", w.state.Wants, w.state.Wake)
	}
}

// Counts and conditions of an older generation say nothing about ours.
func TestOldGenerationsAreNotTrusted(t *testing.T) {
	policy := release
	policy.Soak = 0
	t.Run("our write is not seen yet", func(t *testing.T) {
		w := newWorld(t, 3, policy)
		w.finished()
		d := w.change()
		d.Generation, d.ObservedGeneration, d.Template = 1, 1, templateOf("web:1.0")
		w.after(time.Second).outcome("")
	})
	t.Run("our write is not observed yet", func(t *testing.T) {
		w := newWorld(t, 3, policy)
		w.finished()
		w.change().ObservedGeneration = 1
		w.change().Conditions = []workload.Condition{{Type: "Progressing", Status: "False", Reason: "ProgressDeadlineExceeded"}}
		w.after(time.Second).outcome("")
	})
	t.Run("a later scale is not observed yet", func(t *testing.T) {
		w := newWorld(t, 3, policy)
		w.finished()
		w.change().Generation = 3
		w.after(time.Second).outcome("")
		w.change().ObservedGeneration = 3
		w.after(time.Second).outcome(Succeeded)
	})
}

func TestSuperseded(t *testing.T) {
	tests := map[string]func(w *world){
		"another template": func(w *world) { d := w.change(); d.Generation, d.Template = 3, templateOf("web:3.0") },
		"another object":   func(w *world) { w.change().UID = "d2" },
		"deleted":          func(w *world) { w.seen.Workload = nil },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 3, release)
			w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(time.Second).outcome("")
			change(w)
			w.after(time.Second).outcome(Superseded)
			if w.state.Workloads[0].Message == "" || w.told(EventVerdict) != 1 {
				t.Errorf("message %q, %d verdicts", w.state.Workloads[0].Message, w.told(EventVerdict))
			}
		})
	}
	t.Run("gone before the first look", func(t *testing.T) {
		w := newWorld(t, 3, release)
		w.seen.Workload = nil
		w.after(time.Second).outcome(Superseded)
	})
}

// An HPA or `kubectl scale` makes a new generation of the same template.
func TestScalingIsNotSuperseding(t *testing.T) {
	w := newWorld(t, 3, release)
	w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(time.Second)
	d := w.change()
	d.Generation, d.ObservedGeneration, d.Desired = 3, 3, 4
	w.finished().after(time.Second).after(15 * time.Second).outcome(Succeeded)
}

func TestScaledToZero(t *testing.T) {
	w := newWorld(t, 0, release)
	w.change().Total = 1
	w.after(time.Second).outcome("")
	w.change().Total = 0
	w.after(time.Second).outcome(Succeeded)
	if w.state.Workloads[0].Message == "" {
		t.Error("it does not say that nothing runs")
	}
}

// TestScaledToZeroMeanwhile: who takes the pods away takes the verdict with them.
func TestScaledToZeroMeanwhile(t *testing.T) {
	t.Run("of a failing one", func(t *testing.T) {
		w := newWorld(t, 3, release).pods(crashedPod("web-new-1", 1, 1)).after(time.Second).outcome("")
		w.change().Desired = 0
		w.after(time.Second).outcome(Superseded)
	})
	t.Run("before the first look", func(t *testing.T) {
		w := newWorld(t, 3, release)
		w.change().Desired = 0
		w.after(time.Second).outcome(Superseded)
	})
	t.Run("while it soaks", func(t *testing.T) {
		w := newWorld(t, 3, release).finished().after(time.Second).outcome("")
		w.change().Desired = 0
		w.after(time.Second).outcome(Superseded)
	})
}

func TestPaused(t *testing.T) {
	t.Run("our release waits to be resumed", func(t *testing.T) {
		w := newWorld(t, 3, release)
		w.change().Paused = true
		w.after(time.Second).outcome("").first(diagnosis.Paused, diagnosis.Waiting)
		w.after(9 * time.Minute).outcome("")
		w.change().Paused = false
		w.finished().after(time.Second).after(15 * time.Second).outcome(Succeeded)
	})
	t.Run("and not for ever", func(t *testing.T) {
		w := newWorld(t, 3, release)
		w.change().Paused = true
		w.after(time.Second).after(11*time.Minute).outcome(TimedOut).first(diagnosis.Paused, diagnosis.Waiting)
	})
	t.Run("found paused", func(t *testing.T) {
		w := foundWorld(t)
		w.change().Paused = true
		w.after(time.Second).outcome(Failed).first(diagnosis.Paused, diagnosis.Waiting)
	})
	t.Run("found paused and complete", func(t *testing.T) {
		w := foundWorld(t)
		w.change().Paused = true
		w.finished().after(time.Second).outcome(Succeeded)
	})
}

func TestTakesUpWhatItFinds(t *testing.T) {
	w := foundWorld(t)
	w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(time.Second).outcome("")
	got := w.state.Workloads[0]
	if got.RevisionFrom != 1 || got.RevisionTo != 2 || got.RevisionName != "web-new" || got.ImagesTo["web"] != "web:2.0" || got.ImagesFrom["web"] != "web:1.0" {
		t.Errorf("took up %+v", got)
	}
	if got.Target.Generation != 2 || got.Target.UID != "d" {
		t.Errorf("target %+v", got.Target)
	}
	d := w.change()
	d.Generation, d.Template = 3, templateOf("web:3.0")
	w.after(time.Second).outcome(Superseded)
}

func TestStartTellsWhatWasBefore(t *testing.T) {
	before := &workload.Workload{Template: templateOf("web:1.0"), Annotations: map[string]string{workload.AnnotationRevision: "6"}}
	for name, tt := range map[string]struct {
		before *Baseline
		want   int64
	}{
		"captured":     {&Baseline{Workload: before, Revision: &workload.Revision{Number: 7}}, 7},
		"of the name":  {&Baseline{Workload: before}, 6},
		"not known":    {&Baseline{Workload: &workload.Workload{}}, 0},
		"nothing":      {&Baseline{}, 0},
		"not captured": {nil, 0},
	} {
		s := Start([]Target{{Ref: shop, Baseline: tt.before}}, release, epoch)
		if got := s.Workloads[0].RevisionFrom; got != tt.want {
			t.Errorf("%s: from revision %d, want %d", name, got, tt.want)
		}
	}
}

// Claims that hold a pod up have their events read: the provisioner's word is on them.
func TestWantsTheEventsOfClaims(t *testing.T) {
	w := newWorld(t, 1, release)
	d := w.change()
	d.Template.Spec.Volumes = []corev1.Volume{
		{Name: "tmp"},
		{Name: "data", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}}},
	}
	w.seen.Revisions[1].Template = d.Template
	w.state.Workloads[0].Target.Template = &d.Template
	p := ownedPod("new", "web-new-0")
	p.Spec.NodeName = ""
	p.Status.Conditions = []corev1.PodCondition{{
		Type: corev1.PodScheduled, Status: "False", Message: "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
	}}
	w.pods(p).after(time.Second).first(diagnosis.VolumePending, diagnosis.Waiting)
	if got := w.state.Wants.Claims[shop]; len(got) != 1 || got[0] != "data" {
		t.Fatalf("wants the events of claims %q", got)
	}
	w.seen.Events = []*corev1.Event{{
		Reason: "ProvisioningFailed", Message: `storageclass.storage.k8s.io "fast" not found`,
		InvolvedObject: corev1.ObjectReference{Kind: "PersistentVolumeClaim", Name: "data", UID: "c"},
	}}
	w.after(time.Second)
	f := w.state.Workloads[0].Findings[0]
	want := `0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims: claim data: storageclass.storage.k8s.io "fast" not found`
	if f.Message != want || f.Next[0] != "kubectl describe pvc data -n shop" {
		t.Errorf("%q, next %q", f.Message, f.Next)
	}
}

// A revision that is used again may bring pods from its earlier days.
func TestEarlierDaysDoNotCount(t *testing.T) {
	w := newWorld(t, 1, Policy{FailFast: diagnosis.FailFastStrict})
	old := readyPod("web-new-0")
	c := &old.Status.ContainerStatuses[0]
	c.RestartCount = 7
	c.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error"}
	c.State.Running.StartedAt = metav1.NewTime(epoch.Add(-time.Hour))
	evicted := ownedPod("new", "web-new-1")
	evicted.Status = corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted", Message: "The node was low on memory."}
	w.finished().pods(old)
	w.seen.Pods = append(w.seen.Pods, evicted)
	w.after(time.Second).outcome(Succeeded)
}

// A container that has just been restarted proves nothing, even where no soak was asked for.
func TestNoSuccessOnAFreshRestart(t *testing.T) {
	w := newWorld(t, 1, Policy{FailFast: diagnosis.FailFastAuto})
	p := readyPod("web-new-0")
	c := &p.Status.ContainerStatuses[0]
	c.RestartCount = 1
	c.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error"}
	w.after(0)
	w.finished().pods(p).after(time.Second).outcome("").first(diagnosis.CrashLoop, diagnosis.Failing)
	w.after(diagnosis.MinRecovery).outcome(Succeeded)
}

func TestStateIsAValue(t *testing.T) {
	w := newWorld(t, 3, release)
	w.pods(crashedPod("web-new-0", 0, 1)).after(time.Second)
	before := w.state
	shown := fmt.Sprintf("%+v", before)
	w.pods(crashedPod("web-new-0", 1, 1), waitingPod("web-new-1", "ErrImagePull", "a/b:1: not found"))
	first, newsOfFirst := Step(before, Snapshot{shop: w.seen}, w.now.Add(time.Second))
	again, newsOfAgain := Step(before, Snapshot{shop: w.seen}, w.now.Add(time.Second))
	if got := fmt.Sprintf("%+v", before); got != shown {
		t.Errorf("Step changed the state it was given:\n%s\n%s", shown, got)
	}
	if !reflect.DeepEqual(first, again) || !reflect.DeepEqual(newsOfFirst, newsOfAgain) {
		t.Error("two steps from the same state differ")
	}
	w.seen.Workload = nil
	_, _ = Step(first, Snapshot{shop: w.seen}, w.now.Add(time.Hour))
	if !reflect.DeepEqual(first, again) {
		t.Error("Step changed the state it was given when the workload was gone")
	}
}

func TestNothingIsToldTwice(t *testing.T) {
	w := newWorld(t, 3, Policy{FailFast: diagnosis.FailFastOff})
	for i := range 40 { // the kubelet's two words for one cause
		reason, message := "ErrImagePull", "a/b:1: not found"
		if i%2 == 1 {
			reason, message = "ImagePullBackOff", `Back-off pulling image "a/b:1"`
		}
		w.pods(waitingPod("web-new-0", reason, message)).after(10 * time.Second)
	}
	if n := w.told(EventFinding); n != 1 {
		t.Errorf("told %d findings, want 1", n)
	}
	w.pods(readyPod("web-new-0")).after(time.Second)
	if n := w.told(EventCleared); n != 0 {
		t.Errorf("cleared at once")
	}
	w.after(time.Minute).after(time.Minute)
	if n := w.told(EventCleared); n != 1 {
		t.Errorf("told %d times that it was cleared, want 1", n)
	}
}

func TestHealthyRolloutWantsNothing(t *testing.T) {
	w := newWorld(t, 3, release)
	w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(time.Second)
	w.finished()
	for range 20 {
		w.after(time.Second)
		if len(w.state.Wants.Events)+len(w.state.Wants.Logs) > 0 {
			t.Fatalf("wants %+v", w.state.Wants)
		}
	}
	w.outcome(Succeeded)
}

func TestWantsFewOfMany(t *testing.T) {
	w := newWorld(t, 100, Policy{FailFast: diagnosis.FailFastOff})
	w.change().Strategy.MaxSurge = 100
	var pods []*corev1.Pod
	for i := range 100 {
		p := crashedPod(fmt.Sprint("web-new-", i), 1, 0)
		p.Spec.Containers[0].LivenessProbe = &corev1.Probe{}
		pods = append(pods, p)
	}
	w.pods(pods...).after(time.Second)
	wants := w.state.Wants
	if len(wants.Events) != maxAsked || len(wants.Logs) != 1 {
		t.Errorf("wants the events of %d pods and %d logs", len(wants.Events), len(wants.Logs))
	}
	w.after(time.Second)
	if !reflect.DeepEqual(wants.Events, w.state.Wants.Events) {
		t.Errorf("wants others each time: %v, then %v", wants.Events, w.state.Wants.Events)
	}
}

// What the events of three pods explain holds for the ninety-seven that ended alike.
func TestLikesShareTheirCause(t *testing.T) {
	w := newWorld(t, 100, Policy{FailFast: diagnosis.FailFastAuto})
	w.change().Strategy.MaxSurge = 100
	var pods []*corev1.Pod
	for i := range 100 {
		p := crashedPod(fmt.Sprint("web-new-", i), 3, 0)
		p.Spec.Containers[0].LivenessProbe = &corev1.Probe{}
		pods = append(pods, p)
	}
	w.pods(pods...).after(time.Second).outcome("")
	for uid := range w.state.Wants.Events {
		w.seen.Events = append(w.seen.Events, &corev1.Event{
			Reason: "Killing", Message: "Container web failed liveness probe, will be restarted", LastTimestamp: metav1.NewTime(epoch),
			InvolvedObject: corev1.ObjectReference{UID: uid, Kind: "Pod", FieldPath: "spec.containers{web}"},
		})
	}
	w.seen.Logs = map[diagnosis.LogKey]diagnosis.Log{w.state.Wants.Logs[0]: {Lines: []string{"bye"}}}
	w.after(time.Second).outcome(Failed).first(diagnosis.LivenessFailing, diagnosis.Failing)
	if f := w.state.Workloads[0].Findings; len(f) != 1 || f[0].Pods != 100 || f[0].Of != 100 {
		t.Errorf("findings %+v", f)
	}
}

// What may not be read is not waited for.
func TestForbidden(t *testing.T) {
	w := newWorld(t, 3, Policy{FailFast: diagnosis.FailFastStrict})
	w.seen.Forbidden = []string{"events", "logs"}
	p := crashedPod("web-new-0", 0, 0)
	p.Spec.Containers[0].LivenessProbe = &corev1.Probe{}
	w.pods(p).after(time.Second).outcome(Failed).first(diagnosis.CrashLoop, diagnosis.Failing)
}

// Where logs may not be read, the termination message may hold their end.
func TestTerminationMessageStandsInForTheLog(t *testing.T) {
	w := newWorld(t, 3, Policy{FailFast: diagnosis.FailFastStrict})
	w.seen.Forbidden = []string{"events", "logs"}
	p := crashedPod("web-new-0", 0, 2)
	p.Status.ContainerStatuses[0].State.Terminated.Message = "starting\nconnecting\nno database\n"
	w.pods(p).after(time.Second).outcome(Failed).first(diagnosis.CrashLoop, diagnosis.Failing)
	if f := w.state.Workloads[0].Findings[0]; f.Message != "no database" || len(f.Logs) != 3 {
		t.Errorf("%+v", f)
	}
}

// A log that never comes does not hold up the verdict for long.
func TestSilentKubelet(t *testing.T) {
	w := newWorld(t, 3, Policy{FailFast: diagnosis.FailFastStrict})
	w.pods(crashedPod("web-new-0", 0, 1)).after(time.Second).outcome("")
	w.after(logTime).outcome(Failed).first(diagnosis.CrashLoop, diagnosis.Failing)

	w = newWorld(t, 3, release)
	for restarts := range int32(3) {
		w.pods(crashedPod("web-new-0", restarts, 1)).after(10 * time.Second).outcome("")
	}
	w.pods(crashedPod("web-new-0", 3, 1)).after(0).outcome(Failed) // it has been silent before
}

// Of many workloads few change at a time: the others are evaluated again only when their own time has come.
func TestUnchangedWorkloadIsNotEvaluatedAgain(t *testing.T) {
	w := newWorld(t, 3, Policy{FailFast: diagnosis.FailFastAuto})
	pod := crashedPod("web-new-1", 2, 1)
	w.pods(pod)
	w.seen.Version = 1
	w.after(0)
	wake, wants := w.state.Wake, w.state.Wants
	if wake.IsZero() || wants.Empty() {
		t.Fatalf("nothing is waited for: wake %s, wants %v", wake, wants)
	}
	ready := int32(7)
	w.change().Desired = ready
	w.after(time.Millisecond)
	if got := w.state.Workloads[0].Counts.Desired; got == ready || !w.state.Wake.Equal(wake) || !reflect.DeepEqual(w.state.Wants, wants) {
		t.Errorf("of the same version: %d desired, wake %s, wants %v; want those of before", got, w.state.Wake, w.state.Wants)
	}
	w.after(wake.Sub(w.now))
	if got := w.state.Workloads[0].Counts.Desired; got != ready {
		t.Errorf("at the time that was set: %d desired, want %d", got, ready)
	}
	w.change().Desired = 9
	w.seen.Version++
	w.after(time.Millisecond)
	if got := w.state.Workloads[0].Counts.Desired; got != 9 {
		t.Errorf("of another version: %d desired, want 9", got)
	}
	w.change().Desired = 11
	w.state = Resume(w.state, time.Second)
	w.after(time.Millisecond)
	if got := w.state.Workloads[0].Counts.Desired; got != 11 {
		t.Errorf("after an outage: %d desired, want 11", got)
	}
}
