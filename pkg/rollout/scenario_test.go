package rollout

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Whole rollouts, told by what the cluster shows at each moment.

func TestScenarioTagIsPushedInTime(t *testing.T) {
	w := newWorld(t, 3, release)
	w.pods(waitingPod("web-new-0", "ErrImagePull", "a/b:1: not found")).after(time.Second).first(diagnosis.ImageNotFound, diagnosis.Fatal)
	w.after(9 * time.Second).outcome("")
	w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(500 * time.Millisecond).outcome("")
	w.finished().after(time.Second).after(15 * time.Second).outcome(Succeeded)
	if f := w.state.Workloads[0].Findings; len(f) > 0 {
		t.Errorf("a success rests on %+v", f)
	}
}

// The program waits for its database by crashing, twice.
func TestScenarioInitFailsTwiceThenIsDone(t *testing.T) {
	pod := func(text string) *corev1.Pod {
		return podFrom(t, `
spec: {initContainers: [{name: wait}], containers: [{name: web}]}
status:
  phase: Pending
  conditions: [{type: Ready, status: "False"}]
  containerStatuses: [{name: web, state: {waiting: {reason: PodInitializing}}}]
  initContainerStatuses: [{name: wait, `+text+`}]
`)
	}
	w := newWorld(t, 1, release)
	w.seen.Forbidden = []string{"logs"}
	w.pods(pod(`state: {terminated: {exitCode: 1, reason: Error}}`)).after(time.Second).first(diagnosis.InitFailed, diagnosis.Failing)
	w.pods(pod(`restartCount: 1, state: {terminated: {exitCode: 1, reason: Error}}`)).after(2 * time.Second).outcome("")
	w.pods(pod(`restartCount: 2, state: {running: {}}, lastState: {terminated: {exitCode: 1, reason: Error}}`)).after(15*time.Second).outcome("").first(diagnosis.InitFailed, diagnosis.Failing)
	w.after(diagnosis.MinRecovery).first(diagnosis.InitRunning, diagnosis.Waiting) // it has outlasted the runs that failed
	w.finished().after(time.Second).after(15 * time.Second).outcome(Succeeded)
}

// minReadySeconds: the pod gets ready, and crashes before it counts as available.
func TestScenarioCrashBeforeItCountsAsAvailable(t *testing.T) {
	w := newWorld(t, 1, release)
	w.seen.Forbidden = []string{"logs"}
	w.change().Strategy.MinReady = 30 * time.Second
	for restarts := range int32(3) {
		up := readyPod("web-new-0")
		c := &up.Status.ContainerStatuses[0]
		if c.RestartCount = restarts; restarts > 0 {
			c.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error"}
		}
		w.pods(up)
		w.change().Available, w.seen.Revisions[1].Available = 1, 0
		w.after(8 * time.Second).outcome("")
		w.pods(crashedPod("web-new-0", restarts, 1)).after(10*time.Second).outcome("").first(diagnosis.CrashLoop, diagnosis.Failing)
	}
	w.pods(crashedPod("web-new-0", 3, 1)).after(time.Second).outcome(Failed)
}

func TestScenarioRecreate(t *testing.T) {
	w := newWorld(t, 3, release)
	w.seen.Forbidden = []string{"logs"}
	w.change().Strategy = workload.Strategy{Recreate: true, MaxUnavailable: 3, ProgressDeadline: 10 * time.Minute}
	w.change().Available = 0
	w.seen.Revisions[0].Total = 0
	w.after(20 * time.Second).outcome("") // the old pods end
	crashing := func(restarts int32) {
		w.pods(crashedPod("web-new-0", restarts, 1), crashedPod("web-new-1", restarts, 1), crashedPod("web-new-2", restarts, 1))
	}
	for restarts := range int32(3) {
		crashing(restarts)
		w.after(12 * time.Second).outcome("")
	}
	crashing(3)
	w.after(time.Second).outcome(Failed).first(diagnosis.CrashLoop, diagnosis.Failing)
	if f := w.state.Workloads[0].Findings[0]; f.Pods != 3 || f.Of != 3 {
		t.Errorf("%+v", f)
	}
}

// One node of many can't mount the volume; once it is mended, so is the rollout.
func TestScenarioBadNodeIsMended(t *testing.T) {
	w := newWorld(t, 10, release)
	w.change().Strategy = workload.Strategy{MaxSurge: 3, MaxUnavailable: 2, ProgressDeadline: 10 * time.Minute}
	w.seen.Revisions[0].Total, w.seen.Revisions[0].Ready, w.seen.Revisions[0].Available = 0, 0, 0
	var pods []*corev1.Pod
	for i := range 9 {
		pods = append(pods, readyPod(fmt.Sprint("web-new-", i)))
	}
	w.pods(append(pods, waitingPod("web-new-9", "CreateContainerError", "runtime: cannot allocate memory"))...)
	w.after(time.Second).after(time.Minute).outcome("").first(diagnosis.ContainerStartFailed, diagnosis.Fatal)
	if f := w.state.Workloads[0].Findings[0]; f.Pods != 1 || f.Of != 10 {
		t.Errorf("%+v", f)
	}
	w.finished().after(time.Second).after(15 * time.Second).outcome(Succeeded)
}

// A failed postStart hook is named by the kubelet for a moment only; afterwards it looks like a crash.
func TestScenarioPostStartHook(t *testing.T) {
	pod := func(restarts int, state string) *corev1.Pod {
		return podFrom(t, fmt.Sprintf(`
spec: {containers: [{name: web, lifecycle: {postStart: {exec: {command: [warm-up]}}}}]}
status:
  conditions: [{type: Ready, status: "False"}]
  containerStatuses: [{name: web, restartCount: %d, state: {%s}, lastState: {terminated: {exitCode: 137, reason: Error}}}]
`, restarts, state))
	}
	w := newWorld(t, 1, release)
	w.seen.Forbidden = []string{"logs"}
	w.pods(pod(0, `waiting: {reason: PostStartHookError, message: "Exec lifecycle hook ([warm-up]) failed: exit status 3"}`)).after(time.Second)
	w.outcome("").first(diagnosis.LifecycleHookFailed, diagnosis.Failing)
	for restarts := range 3 {
		w.pods(pod(restarts, `waiting: {reason: CrashLoopBackOff, message: back-off}`)).after(9*time.Second).outcome("").first(diagnosis.LifecycleHookFailed, diagnosis.Failing)
	}
	w.pods(pod(3, `waiting: {reason: CrashLoopBackOff, message: back-off}`)).after(time.Second).outcome(Failed).first(diagnosis.LifecycleHookFailed, diagnosis.Failing)
	if f := w.state.Workloads[0].Findings; len(f) != 1 || f[0].Message != "Exec lifecycle hook ([warm-up]) failed: exit status 3" {
		t.Errorf("%+v", f)
	}
	if n := w.told(EventFinding); n != 3 { // when it appeared, and at the restarts 2 and 3
		t.Errorf("told %d times", n)
	}
}

// A release that mends a broken one: the condition is still of the failure, and the old pods crash on.
func TestScenarioFixOfSomethingBroken(t *testing.T) {
	w := newWorld(t, 2, release)
	stale := exceeded(epoch.Add(-time.Hour), "web-old")
	w.state.Workloads[0].Target.Baseline.Workload.Conditions = []workload.Condition{stale}
	w.change().Conditions = []workload.Condition{stale}
	broken := crashedPod("web-old-0", 40, 1)
	broken.OwnerReferences[0].UID = "old"
	w.pods(waitingPod("web-new-0", "ContainerCreating", ""))
	w.seen.Pods = append(w.seen.Pods, broken)
	w.after(time.Second).outcome("")
	if f := w.state.Workloads[0].Findings; len(f) > 0 {
		t.Errorf("findings of the old revision: %+v", f)
	}
	w.finished()
	w.change().Conditions = nil
	w.after(time.Second).after(15 * time.Second).outcome(Succeeded)
}

// An undo uses an earlier revision again; the controller numbers it anew a moment later.
func TestScenarioUndo(t *testing.T) {
	w := newWorld(t, 1, release)
	w.change()
	w.seen.Revisions[0].Number, w.seen.Revisions[1].Number = 7, 5
	w.state.Workloads[0].RevisionFrom = 7
	w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(time.Second)
	if got := w.state.Workloads[0].RevisionTo; got != 0 || w.told(EventRevision) != 0 {
		t.Errorf("revision %d, told %d times", got, w.told(EventRevision))
	}
	w.change()
	w.seen.Revisions[1].Number = 8
	w.after(time.Second)
	if got := w.state.Workloads[0].RevisionTo; got != 8 || w.told(EventRevision) != 1 {
		t.Errorf("revision %d, told %d times", got, w.told(EventRevision))
	}
}

// Two containers with troubles of their own are two findings, the one that decides first.
func TestScenarioTwoContainers(t *testing.T) {
	w := newWorld(t, 1, release)
	w.seen.Forbidden = []string{"logs", "events"}
	w.pods(podFrom(t, `
spec: {containers: [{name: web, readinessProbe: {httpGet: {path: /, port: 80}}}, {name: agent}]}
status:
  conditions: [{type: Ready, status: "False"}]
  containerStatuses:
  - {name: web, started: true, state: {running: {startedAt: "2026-01-01T12:00:00Z"}}}
  - {name: agent, restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 2, reason: Error}}}
`))
	w.after(0).outcome(Failed).first(diagnosis.CrashLoop, diagnosis.Failing)
	if f := w.state.Workloads[0].Findings[0]; f.Container != "agent" {
		t.Errorf("%+v", f)
	}

	w = newWorld(t, 1, Policy{FailFast: diagnosis.FailFastOff})
	w.seen.Forbidden = []string{"logs", "events"}
	p := crashedPod("web-new-0", 0, 1)
	p.Spec.Containers[0].ReadinessProbe = &corev1.Probe{}
	w.pods(p).after(time.Second).after(time.Minute)
	if f := w.state.Workloads[0].Findings; len(f) != 1 || f[0].Cause != diagnosis.CrashLoop {
		t.Errorf("a container that crashes is also not ready: one thing, not %+v", f)
	}
}

// A webhook is away for a while, and comes back.
func TestScenarioWebhookComesBack(t *testing.T) {
	w := newWorld(t, 2, release)
	w.change()
	w.seen.Revisions[1].Failure = &workload.Condition{
		Reason: "FailedCreate", Message: `Internal error occurred: failed calling webhook "a.b": failed to call webhook: Post "https://a.b/": dial tcp: connection refused`,
	}
	w.after(time.Second).first(diagnosis.WebhookUnavailable, diagnosis.Waiting)
	w.after(5 * time.Minute).outcome("")
	w.change()
	w.seen.Revisions[1].Failure = nil
	w.finished().after(time.Second).after(15 * time.Second).outcome(Succeeded)
}

// A crashed container that has run well for longer than it took to crash has other troubles now.
func TestScenarioCrashedOnceAndNeverReady(t *testing.T) {
	w := newWorld(t, 1, release)
	w.seen.Forbidden = []string{"logs", "events"}
	p := podFrom(t, `
spec: {containers: [{name: web, readinessProbe: {httpGet: {path: /, port: 80}}}]}
status:
  conditions: [{type: Ready, status: "False"}]
  containerStatuses:
  - {name: web, restartCount: 1, started: true, state: {running: {startedAt: "2026-01-01T12:00:00Z"}}, lastState: {terminated: {exitCode: 1, reason: Error, startedAt: "2026-01-01T11:59:58Z", finishedAt: "2026-01-01T11:59:59Z"}}}
`)
	w.after(0)
	w.pods(p).after(time.Second).first(diagnosis.CrashLoop, diagnosis.Failing)
	w.after(diagnosis.MinRecovery).first(diagnosis.ReadinessFailing, diagnosis.Waiting)
	w.after(11*time.Minute).outcome(Failed).first(diagnosis.ReadinessFailing, diagnosis.Waiting)
}

// The node of a new pod goes away in the middle: that waits for the node controller.
func TestScenarioNodeIsLost(t *testing.T) {
	w := newWorld(t, 2, release)
	w.finished().after(time.Second)
	gone := readyPod("web-new-0")
	gone.Status.Conditions[1] = corev1.PodCondition{Type: corev1.PodReady, Status: "False", LastTransitionTime: metav1.NewTime(w.now)}
	w.pods(gone, readyPod("web-new-1")).after(time.Second).after(2 * time.Second)
	if len(w.state.Wants.Events) != 1 {
		t.Fatalf("wants %+v", w.state.Wants)
	}
	w.seen.Events = []*corev1.Event{{
		Reason: "NodeNotReady", Message: "Node is not ready", LastTimestamp: metav1.NewTime(w.now),
		InvolvedObject: corev1.ObjectReference{UID: "web-new-0", Kind: "Pod"},
	}}
	w.after(time.Second).outcome("").first(diagnosis.NodeLost, diagnosis.Waiting)
	moved := readyPod("web-new-2")
	w.pods(readyPod("web-new-1"), moved).after(5 * time.Minute).after(15 * time.Second).outcome(Succeeded)
}

// The rollout is first seen when its container has crashed for the fourth time.
func TestScenarioSeenLate(t *testing.T) {
	w := newWorld(t, 3, release)
	w.seen.Forbidden = []string{"logs"}
	w.pods(crashedPod("web-new-0", 3, 1)).after(time.Minute).outcome(Failed).first(diagnosis.CrashLoop, diagnosis.Failing)
}

// A pod that a person deletes starts to count its restarts anew; the cause stays in view.
func TestScenarioCrashingPodIsDeleted(t *testing.T) {
	w := newWorld(t, 3, release)
	w.seen.Forbidden = []string{"logs"}
	for i := range 4 {
		w.pods(crashedPod(fmt.Sprint("web-new-", i), 2, 1)).after(10*time.Second).outcome("").first(diagnosis.CrashLoop, diagnosis.Failing)
	}
	if n := w.told(EventFinding); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// A quota is full while the old pods end, and has room when they have.
func TestScenarioQuotaHasRoomAgain(t *testing.T) {
	w := newWorld(t, 2, release)
	d := w.change()
	d.Strategy = workload.Strategy{MaxUnavailable: 1, ProgressDeadline: 10 * time.Minute}
	d.Terminating = 1
	r := &w.seen.Revisions[1]
	r.Failure = &workload.Condition{Reason: "FailedCreate", Message: `pods "web-new-0" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2`}
	w.after(time.Second).after(25*time.Second).outcome("").first(diagnosis.QuotaExceeded, diagnosis.Waiting)
	w.change().Terminating = 0
	w.after(5 * time.Second).outcome("")
	w.change()
	w.seen.Revisions[1].Failure = nil
	w.finished().after(time.Second).after(15 * time.Second).outcome(Succeeded)
}
