package rollout

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var podBegan = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// soloPod runs the image in generation gen, with this status of its container.
func soloPod(image string, gen int64, status corev1.ContainerStatus) *corev1.Pod {
	ready := corev1.ConditionFalse
	if status.Ready {
		ready = corev1.ConditionTrue
	}
	status.Name = "web"
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "solo", Namespace: "shop", UID: "solo", Generation: gen},
		Spec:       corev1.PodSpec{NodeName: "n", Containers: []corev1.Container{{Name: "web", Image: image}}},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, ObservedGeneration: gen, ContainerStatuses: []corev1.ContainerStatus{status},
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}},
		},
	}
}

func deletedPod(p *corev1.Pod, phase corev1.PodPhase) *corev1.Pod {
	p.DeletionTimestamp, p.Status.Phase = &metav1.Time{Time: podBegan}, phase
	return p
}

func runningStatus(restarts int32) corev1.ContainerStatus {
	return corev1.ContainerStatus{
		RestartCount: restarts, Ready: true,
		State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(podBegan)}},
	}
}

func endedState(code int32) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: code, Reason: "Error", StartedAt: metav1.NewTime(podBegan), FinishedAt: metav1.NewTime(podBegan),
	}}
}

func seenPod(p *corev1.Pod) diagnosis.Observed {
	o, _ := workload.ObjectOf(p)
	w, pods := o.Workload(), diagnosis.NewPodSet(0)
	pods.Put(p)
	return diagnosis.Observe(w, workload.ReadRevisions(w, nil), pods)
}

// A pod gets a new image: it is the old pod until the kubelet has ended the old container, whose runs do not count.
func TestNewImageOfAPod(t *testing.T) {
	const before = 2 // restarts
	pull := corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImagePull", Message: `failed to pull image "web:2": not found`}}
	crashed := runningStatus(before + 4)
	crashed.Ready, crashed.State, crashed.LastTerminationState = false, endedState(1), endedState(1)
	restarted := runningStatus(before + 1)
	restarted.LastTerminationState = endedState(137)
	pulling := corev1.ContainerStatus{RestartCount: before, State: pull, LastTerminationState: endedState(137)}
	for name, test := range map[string]struct {
		now     *corev1.Pod
		later   time.Duration
		updated int32
		outcome Outcome
		cause   diagnosis.Cause
	}{
		"nothing happened yet":        {soloPod("web:2", 1, runningStatus(before)), 20 * time.Second, 0, "", ""},
		"the kubelet has seen it":     {soloPod("web:2", 2, runningStatus(before)), 20 * time.Second, 0, "", ""},
		"the old container ends":      {soloPod("web:2", 2, corev1.ContainerStatus{RestartCount: before, State: endedState(137)}), 20 * time.Second, 0, "", ""},
		"the new one runs":            {soloPod("web:2", 2, restarted), 20 * time.Second, 1, Succeeded, ""},
		"the new image is not found":  {soloPod("web:2", 2, pulling), 20 * time.Second, 1, Failed, diagnosis.ImageNotFound},
		"the new one crashes again":   {soloPod("web:2", 2, crashed), 20 * time.Second, 1, Failed, diagnosis.CrashLoop},
		"somebody sets another image": {soloPod("web:3", 3, restarted), time.Second, 0, Superseded, ""},
		"somebody deletes it":         {deletedPod(soloPod("web:2", 3, restarted), corev1.PodRunning), time.Second, 0, Superseded, ""},
		"it is deleted, and ended":    {deletedPod(soloPod("web:2", 3, restarted), corev1.PodFailed), time.Second, 0, Superseded, ""},
	} {
		t.Run(name, func(t *testing.T) {
			old, _ := workload.ObjectOf(soloPod("web:1", 1, runningStatus(before)))
			written := soloPod("web:2", 2, runningStatus(before))
			written.Status.ObservedGeneration = 1
			if test.now.Generation == 1 {
				test.now = written
			}
			o, _ := workload.ObjectOf(written)
			revisions := workload.ReadRevisions(old.Workload(), nil)
			target := Target{
				Ref: o.Ref(), UID: "solo", Generation: 2, Template: o.Template(), Pod: written,
				Baseline: Capture(old.Workload(), revisions, nil),
			}
			if !target.Baseline.Serving {
				t.Fatal("the old pod was serving")
			}
			state := Start([]Target{target}, Policy{FailFast: diagnosis.FailFastAuto, Soak: 5 * time.Second}, podBegan)
			for at := time.Duration(0); at <= test.later && state.Outcome == ""; at += time.Second {
				state, _ = Step(state, Snapshot{o.Ref(): seenPod(test.now)}, podBegan.Add(at))
			}
			w := state.Workloads[0]
			if state.Outcome != test.outcome || test.outcome != Superseded && w.Counts.Updated != test.updated {
				t.Errorf("%s, %d updated, %+v", state.Outcome, w.Counts.Updated, w.Findings)
			}
			if test.cause != "" && (len(w.Findings) == 0 || w.Findings[0].Cause != test.cause) {
				t.Errorf("got %+v, want %s", w.Findings, test.cause)
			}
			if deleted := test.now.DeletionTimestamp != nil; w.Deleted != deleted || deleted && w.Message != "solo was deleted" {
				t.Errorf("deleted %t: %q", w.Deleted, w.Message)
			}
			if test.cause == diagnosis.CrashLoop && w.Findings[0].Restarts != 3 {
				t.Errorf("%d restarts since the change", w.Findings[0].Restarts)
			}
		})
	}
}

// The log of the first run since the change is asked for by its number in the cluster.
func TestLogsOfANewImage(t *testing.T) {
	runs := runsBefore{"web": 3}
	wanted := []diagnosis.LogKey{{Pod: "solo", Container: "web"}, {Pod: "solo", Container: "side", Restart: 1}}
	runs.restore(wanted)
	if wanted[0].Restart != 3 || wanted[1].Restart != 1 {
		t.Errorf("wanted %+v", wanted)
	}
	if got := runs.logs(map[diagnosis.LogKey]diagnosis.Log{wanted[0]: {Lines: []string{"a"}}}); got[diagnosis.LogKey{Pod: "solo", Container: "web"}].Lines == nil {
		t.Errorf("got %+v", got)
	}
}

// What is not watched is done once it is written, and says what the change does.
func TestUnwatched(t *testing.T) {
	b := &Baseline{Workload: &workload.Workload{Ref: workload.Ref{Kind: "CronJob", Name: "nightly"}, Unwatched: "its next run uses this change"}}
	state := Start([]Target{{Ref: b.Workload.Ref, Baseline: b}}, Policy{}, podBegan)
	if w := state.Workloads[0]; state.Outcome != Succeeded || w.Phase != Done || w.Message != b.Workload.Unwatched {
		t.Errorf("%+v", state)
	}
}
