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

func TestPatience(t *testing.T) {
	notFound := waitingPod("web-new-0", "ErrImagePull", "a/b:1: not found")
	noSecret := waitingPod("web-new-0", "CreateContainerConfigError", `secret "db" not found`)
	refused := waitingPod("web-new-0", "ErrImagePull", "dial tcp 10.0.0.1:443: connect: connection refused")
	tests := []struct {
		name     string
		pod      *corev1.Pod
		patience map[diagnosis.FailFast]time.Duration // 0: decided at once; absent: not before the deadline
	}{
		{"fatal", notFound, map[diagnosis.FailFast]time.Duration{diagnosis.FailFastAuto: 10 * time.Second, diagnosis.FailFastStrict: 0}},
		{"missing", noSecret, map[diagnosis.FailFast]time.Duration{diagnosis.FailFastAuto: 30 * time.Second, diagnosis.FailFastStrict: 0}},
		{"waiting", refused, nil},
	}
	for _, tt := range tests {
		for _, policy := range []diagnosis.FailFast{diagnosis.FailFastAuto, diagnosis.FailFastStrict, diagnosis.FailFastOff} {
			t.Run(tt.name+"/"+string(policy), func(t *testing.T) {
				w := newWorld(t, 3, Policy{FailFast: policy})
				w.pods(tt.pod).after(time.Second)
				patience, decides := tt.patience[policy]
				if !decides {
					w.after(9 * time.Minute).outcome("").after(2 * time.Minute).outcome(Failed)
					return
				}
				if patience > 0 {
					if want := w.now.Add(patience); !w.state.Wake.Equal(want) {
						t.Errorf("wakes at %s, want %s", w.state.Wake, want)
					}
					w.after(patience - time.Millisecond).outcome("").after(time.Millisecond)
				}
				w.outcome(Failed)
			})
		}
	}
}

func TestThirdRestartDecides(t *testing.T) {
	w := newWorld(t, 3, release)
	w.seen.Forbidden = []string{"logs"}
	for restarts := range int32(3) {
		w.pods(crashedPod("web-new-0", restarts, 1)).after(10*time.Second).outcome("").first(diagnosis.CrashLoop, diagnosis.Failing)
	}
	w.pods(crashedPod("web-new-0", 3, 1)).after(time.Second).outcome(Failed)
}

// The age of a cause survives its coming and going, and the change of the pod that shows it.
func TestAgeSurvivesFlapping(t *testing.T) {
	w := newWorld(t, 3, release)
	w.pods(waitingPod("web-new-0", "ErrImagePull", "a/b:1: not found")).after(time.Second)
	w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(3 * time.Second)
	w.pods(waitingPod("web-new-1", "ImagePullBackOff", "a/b:1: not found")).after(3 * time.Second).outcome("")
	w.after(4 * time.Second).outcome(Failed)
}

func TestAgeStartsAnewAfterALongWhile(t *testing.T) {
	w := newWorld(t, 3, release)
	w.pods(waitingPod("web-new-0", "ErrImagePull", "a/b:1: not found")).after(time.Second)
	w.pods(readyPod("web-new-0")).after(time.Second).after(time.Minute)
	w.pods(readyPod("web-new-0"), waitingPod("web-new-1", "ErrImagePull", "a/b:1: not found")).after(time.Second).outcome("")
	w.after(9 * time.Second).outcome("").after(time.Second).outcome(Failed)
}

// How many pods a strategy lets the rollout step over.
func TestStuck(t *testing.T) {
	tests := []struct {
		name                                 string
		desired, surge, unavailable, blocked int32
		ready, of                            int
		recreate, complete, want             bool
	}{
		{name: "the only pod in flight", desired: 3, surge: 1, blocked: 1, of: 1, want: true},
		{name: "one replica", desired: 1, surge: 1, blocked: 1, of: 1, want: true},
		{name: "no surge, one may be down", desired: 3, unavailable: 1, blocked: 1, of: 1, want: true},
		{name: "one of two in flight", desired: 4, surge: 1, unavailable: 1, blocked: 1, of: 2},
		{name: "both in flight", desired: 4, surge: 1, unavailable: 1, blocked: 2, of: 2, want: true},
		{name: "one bad node of ten", desired: 10, surge: 3, unavailable: 2, blocked: 1, ready: 9, of: 10},
		{name: "two bad nodes of ten", desired: 10, surge: 3, unavailable: 2, blocked: 2, ready: 8, of: 10},
		{name: "three, and others are still coming up", desired: 10, surge: 3, unavailable: 2, blocked: 3, ready: 1, of: 5},
		{name: "three, and all others are up", desired: 10, surge: 3, unavailable: 2, blocked: 3, ready: 7, of: 10, want: true},
		{name: "all may be down, one of three", desired: 3, unavailable: 3, blocked: 1, ready: 2, of: 3},
		{name: "all may be down, and are", desired: 3, unavailable: 3, blocked: 3, of: 3, want: true},
		{name: "surge of all", desired: 3, surge: 3, blocked: 1, ready: 2, of: 3, want: true},
		{name: "recreate, all", desired: 3, recreate: true, blocked: 3, of: 3, want: true},
		{name: "recreate, one of three", desired: 3, recreate: true, blocked: 1, ready: 2, of: 3, want: true},
		{name: "recreate, one of ten", desired: 10, recreate: true, blocked: 1, ready: 9, of: 10},
		{name: "complete, one of three", desired: 3, surge: 1, blocked: 1, ready: 2, of: 3, complete: true, want: true},
		{name: "complete, one of ten", desired: 10, surge: 3, unavailable: 2, blocked: 1, ready: 9, of: 10, complete: true},
		{name: "complete, one replica that may be down", desired: 1, unavailable: 1, blocked: 1, of: 1, complete: true, want: true},
	}
	for _, tt := range tests {
		w := &workload.Workload{Desired: tt.desired, Strategy: workload.Strategy{
			Recreate: tt.recreate, MaxSurge: tt.surge, MaxUnavailable: tt.unavailable,
		}}
		if got := stuck(tt.blocked, w, &diagnosis.Diagnosis{Ready: tt.ready, Of: tt.of}, tt.complete); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestOneBadNodeAmongMany(t *testing.T) {
	w := newWorld(t, 10, release)
	w.seen.Forbidden = []string{"logs", "events"}
	w.change().Strategy = workload.Strategy{MaxSurge: 3, MaxUnavailable: 2, ProgressDeadline: 10 * time.Minute}
	var pods []*corev1.Pod
	for i := range 9 {
		pods = append(pods, readyPod(fmt.Sprint("web-new-", i)))
	}
	w.pods(append(pods, crashedPod("web-new-9", 8, 1))...).after(time.Second).after(time.Minute).outcome("").first(diagnosis.CrashLoop, diagnosis.Failing)
	w.after(10*time.Minute).outcome(Failed).first(diagnosis.CrashLoop, diagnosis.Failing)
}

func TestNoPodCouldBeCreated(t *testing.T) {
	refuse := func(w *world, total int32, message string) {
		d := w.change()
		d.Updated = total
		r := &w.seen.Revisions[1]
		r.Desired, r.Total, r.Failure = total+1, total, &workload.Condition{Type: "ReplicaFailure", Reason: "FailedCreate", Message: message}
	}
	const quota = `pods "web-1" is forbidden: exceeded quota: team, requested: pods=1, used: pods=3, limited: pods=3`
	t.Run("none", func(t *testing.T) {
		w := newWorld(t, 3, release)
		refuse(w, 0, quota)
		w.after(time.Second).outcome("").after(10*time.Second).outcome(Failed).first(diagnosis.QuotaExceeded, diagnosis.Fatal)
		if f := w.state.Workloads[0].Findings[0]; f.Pods != 0 || f.Of != 0 || f.Exemplar != "web-new" {
			t.Errorf("%+v", f)
		}
	})
	t.Run("some", func(t *testing.T) {
		w := newWorld(t, 3, release)
		refuse(w, 1, quota)
		w.after(time.Second).after(time.Minute).outcome("").first(diagnosis.QuotaExceeded, diagnosis.Waiting)
		if f := w.state.Workloads[0].Findings[0]; f.Pods != 1 || f.Of != 2 {
			t.Errorf("%+v", f)
		}
	})
	t.Run("old pods on their way out still count against the quota", func(t *testing.T) {
		w := newWorld(t, 3, release)
		refuse(w, 0, quota)
		w.change().Terminating = 2
		w.after(time.Second).after(time.Minute).outcome("").first(diagnosis.QuotaExceeded, diagnosis.Waiting)
		w.change().Terminating = 0
		// Each try of the controller comes after twice the time: the next may be a minute away.
		w.after(time.Second).outcome("").first(diagnosis.QuotaExceeded, diagnosis.Fatal)
		w.after(time.Minute).outcome("").after(2 * time.Second).outcome(Failed)
	})
	t.Run("old pods on their way out, on a server that does not count them", func(t *testing.T) {
		w := newWorld(t, 3, release)
		refuse(w, 0, quota)
		leaving := readyPodOf("old", "web-old-1")
		leaving.DeletionTimestamp = at(0)
		w.seen.Pods = append(w.seen.Pods, leaving)
		w.after(time.Second).after(time.Minute).outcome("").first(diagnosis.QuotaExceeded, diagnosis.Waiting)
	})
	t.Run("a webhook that is away", func(t *testing.T) {
		w := newWorld(t, 3, release)
		refuse(w, 0, `Internal error occurred: failed calling webhook "a.b": no endpoints available for service "x"`)
		w.after(time.Second).after(time.Minute).outcome("").first(diagnosis.WebhookUnavailable, diagnosis.Waiting)
	})
	t.Run("an old revision that can't create pods is none of ours", func(t *testing.T) {
		w := newWorld(t, 3, release)
		w.change()
		w.seen.Revisions[0].Failure = &workload.Condition{Reason: "FailedCreate", Message: quota}
		w.after(time.Second).after(time.Minute).outcome("")
		if f := w.state.Workloads[0].Findings; len(f) > 0 {
			t.Errorf("findings %+v", f)
		}
	})
}

func exceeded(at time.Time, revision string) workload.Condition {
	return workload.Condition{
		Type: "Progressing", Status: "False", Reason: "ProgressDeadlineExceeded", LastUpdate: at,
		Message: fmt.Sprintf("ReplicaSet %q has timed out progressing.", revision),
	}
}

func TestDeadlineOfTheController(t *testing.T) {
	t.Run("ours", func(t *testing.T) {
		w := newWorld(t, 3, release)
		w.after(time.Second)
		w.change().Conditions = []workload.Condition{exceeded(w.now, "web-new")}
		w.after(time.Second).outcome(Failed).first(diagnosis.DeadlineExceeded, diagnosis.Fatal)
	})
	t.Run("with a cause", func(t *testing.T) {
		w := newWorld(t, 3, release)
		w.pods(waitingPod("web-new-0", "ErrImagePull", "connection refused")).after(time.Second)
		w.change().Conditions = []workload.Condition{exceeded(w.now, "web-new")}
		w.after(time.Second).outcome(Failed).first(diagnosis.RegistryUnreachable, diagnosis.Waiting)
		if all := w.state.Workloads[0].Findings; len(all) != 2 || all[1].Cause != diagnosis.DeadlineExceeded {
			t.Errorf("findings %+v", all)
		}
	})
	// carvel-dev/kapp#1020: the condition of a failed rollout outlives the start of the one that mends it.
	t.Run("of the rollout before", func(t *testing.T) {
		w := newWorld(t, 3, release)
		stale := exceeded(epoch.Add(-time.Hour), "web-new") // the same revision, failed once before
		w.state.Workloads[0].Target.Baseline.Workload.Conditions = []workload.Condition{stale}
		w.change().Conditions = []workload.Condition{stale}
		w.after(time.Second).outcome("").after(time.Minute).outcome("")
		w.finished()
		w.change().Conditions = nil
		w.after(time.Second).after(15 * time.Second).outcome(Succeeded)
	})
	t.Run("of another revision, found so", func(t *testing.T) {
		w := foundWorld(t)
		w.change().Conditions = []workload.Condition{exceeded(epoch, "web-bad")}
		w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(time.Second).outcome("")
	})
	t.Run("found so, and the cause is asked for first", func(t *testing.T) {
		w := foundWorld(t)
		w.change().Conditions = []workload.Condition{exceeded(epoch, "web-new")}
		p := waitingPod("web-new-0", "ContainerCreating", "")
		p.CreationTimestamp = metav1.NewTime(epoch.Add(-time.Hour))
		w.pods(p).after(0).outcome("")
		w.seen.Events = []*corev1.Event{{
			Reason: "FailedMount", Message: `MountVolume.SetUp failed for volume "c" : configmap "web" not found`,
			InvolvedObject: corev1.ObjectReference{UID: "web-new-0", Kind: "Pod"},
		}}
		w.after(100*time.Millisecond).outcome(Failed).first(diagnosis.ConfigMapMissing, diagnosis.Fatal)
	})
}

func TestDeadlineByOurOwnClock(t *testing.T) {
	w := newWorld(t, 3, release)
	w.after(time.Second)
	deadline := w.now.Add(10 * time.Minute)
	if got := w.state.Workloads[0].Deadline; !got.Equal(deadline) || !w.state.Wake.Equal(deadline.Add(grace)) {
		t.Errorf("deadline %s, wakes at %s, want %s, and %s later", got, w.state.Wake, deadline, grace)
	}
	w.pods(waitingPod("web-new-0", "ContainerCreating", ""))
	w.seen.Forbidden = []string{"events"}
	w.after(5 * time.Minute).outcome("") // a new pod is progress
	w.after(10*time.Minute).outcome("").after(grace).outcome(Failed).first(diagnosis.DeadlineExceeded, diagnosis.Fatal)
}

// Found under way, a rollout has less time left than a whole deadline: the controller has counted before.
func TestDeadlineOfARolloutFoundUnderWay(t *testing.T) {
	whole := epoch.Add(time.Second + 10*time.Minute) // by our own clock
	for name, tc := range map[string]struct {
		arrange func(*workload.Workload, *workload.Condition)
		want    time.Time
	}{
		"seven minutes ago":     {func(*workload.Workload, *workload.Condition) {}, epoch.Add(3 * time.Minute)},
		"of another ReplicaSet": {func(_ *workload.Workload, c *workload.Condition) { c.Message = `ReplicaSet "web-old" is progressing.` }, whole},
		"not observed":          {func(w *workload.Workload, _ *workload.Condition) { w.ObservedGeneration = 1 }, whole},
		"our clock is ahead":    {func(_ *workload.Workload, c *workload.Condition) { c.LastUpdate = epoch.Add(-time.Hour) }, whole},
	} {
		t.Run(name, func(t *testing.T) {
			w := foundWorld(t)
			c := workload.Condition{
				Type: "Progressing", Status: "True", Reason: "ReplicaSetUpdated", LastUpdate: epoch.Add(-7 * time.Minute),
				Message: `ReplicaSet "web-new" is progressing.`,
			}
			tc.arrange(w.change(), &c)
			w.change().Conditions = []workload.Condition{c}
			w.pods(waitingPod("web-new-0", "ContainerCreating", "")).after(time.Second).outcome("")
			if got := w.state.Workloads[0].Deadline; !got.Equal(tc.want) {
				t.Errorf("deadline %s, want %s", got, tc.want)
			}
		})
	}
}

// The times shown count from the command's start; the timeout counts from the watch's.
func TestTimeoutOfTheWatch(t *testing.T) {
	policy := Policy{FailFast: diagnosis.FailFastAuto, Timeout: time.Minute}
	w := newWorld(t, 3, policy)
	w.state.Started = epoch.Add(-30 * time.Second)
	w.after(59 * time.Second).outcome("")
	if early := Expire(w.state, w.now); early.Outcome != "" {
		t.Errorf("expired early: %s", early.Outcome)
	}
	w.after(time.Second).outcome(TimedOut)
	if r := NewResult(w.state, nil, w.now); r.DurationSeconds != 90 || !r.StartTime.Equal(w.state.Started) {
		t.Errorf("took %v s from %s", r.DurationSeconds, r.StartTime)
	}
}

// --timeout ends a watch. It is a failure if a cause blocks the rollout, and none if the rollout still makes progress.
func TestTimeoutFailsOnlyWhatIsBlocked(t *testing.T) {
	// batch: some pods are ready, others have been running for a while; one at a time.
	batch := func(w *world, ready int, running time.Duration, failedProbe bool) {
		var pods []*corev1.Pod
		for i := range ready {
			pods = append(pods, readyPod(fmt.Sprint("web-new-", i)))
		}
		p := podFrom(t, fmt.Sprintf(`
metadata: {name: web-new-%[1]d, uid: web-new-%[1]d}
spec: {containers: [{name: web, readinessProbe: {httpGet: {port: 80}}}]}
status: {phase: Running, conditions: [{type: Ready, status: "False"}], containerStatuses: [{name: web, started: true, state: {running: {}}}]}
`, ready))
		w.seen.Events = nil
		if failedProbe {
			w.seen.Events = []*corev1.Event{{
				Reason: "Unhealthy", Message: "Readiness probe failed: connection refused",
				InvolvedObject: corev1.ObjectReference{UID: p.UID, Kind: "Pod", FieldPath: "spec.containers{web}"},
			}}
		}
		w.pods(append(pods, p)...).after(0).after(running)
	}
	starting := func(name string) *corev1.Pod { return waitingPod(name, "ContainerCreating", "") }
	for name, test := range map[string]struct {
		arrange func(w *world)
		want    Outcome
		cause   diagnosis.Cause
	}{
		"no pod was ever ready": {func(w *world) { batch(w, 0, 40*time.Second, true) }, Failed, diagnosis.ReadinessFailing},
		"each pod needs long": {func(w *world) {
			for ready := range 8 {
				batch(w, ready, 20*time.Second, true)
			}
			batch(w, 8, 7*time.Second, true)
		}, TimedOut, diagnosis.ReadinessFailing},
		"it stands still after some": {func(w *world) {
			batch(w, 0, 20*time.Second, true)
			batch(w, 1, 2*time.Minute, true)
		}, Failed, diagnosis.ReadinessFailing},
		"no probe has failed yet": {func(w *world) { batch(w, 0, 40*time.Second, false) }, TimedOut, diagnosis.ReadinessFailing},
		"a slow start": {func(w *world) {
			w.pods(podFrom(t, `
spec: {containers: [{name: web, startupProbe: {httpGet: {port: 80}}}]}
status: {phase: Running, conditions: [{type: Ready, status: "False"}], containerStatuses: [{name: web, started: false, state: {running: {}}}]}
`)).after(0).after(40 * time.Second)
		}, TimedOut, diagnosis.StartupFailing},
		"one pod has no node, and others go on": {func(w *world) {
			w.change().Strategy.MaxSurge = 3
			w.pods(readyPod("web-new-0"), starting("web-new-1"), starting("web-new-2"), unschedulable("web-new-3")).after(0).after(time.Minute)
		}, TimedOut, diagnosis.Unschedulable},
		"no pod has a node": {func(w *world) {
			w.pods(unschedulable("web-new-0")).after(0).after(time.Minute)
		}, Failed, diagnosis.Unschedulable},
		"no node for the next one, right after the others": {func(w *world) {
			w.change().Strategy.MaxSurge = 2
			w.pods(starting("web-new-0"), unschedulable("web-new-1")).after(time.Second)
			w.pods(readyPod("web-new-0"), unschedulable("web-new-1"), unschedulable("web-new-2")).after(time.Second)
		}, Failed, diagnosis.Unschedulable},
		"an autoscaler has just added a pod": {func(w *world) {
			w.finished().after(20 * time.Second).after(2 * time.Minute)
			w.change().Desired, w.seen.Revisions[1].Desired = 11, 11
			batch(w, 10, 7*time.Second, true)
		}, TimedOut, diagnosis.ReadinessFailing},
		"an old pod does not end": {func(w *world) {
			w.change().Strategy = workload.Strategy{Recreate: true, ProgressDeadline: 10 * time.Minute}
			old := readyPodOf("old", "web-old-0")
			old.DeletionTimestamp = ptr(metav1.NewTime(w.now))
			w.seen.Pods = []*corev1.Pod{old, readyPodOf("old", "web-old-1")}
			w.after(0).after(time.Minute)
		}, Failed, diagnosis.StuckTerminating},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 10, Policy{FailFast: diagnosis.FailFastAuto, Soak: time.Hour})
			w.seen.Forbidden = []string{"logs"}
			test.arrange(w)
			w.outcome("")
			w.state.Policy.Timeout = w.now.Sub(epoch)
			w.seen.Version = 0
			w.after(0).after(maxExplaining).outcome(test.want)
			if all := w.state.Workloads[0].Findings; len(all) == 0 || all[0].Cause != test.cause {
				t.Errorf("findings %+v, want first %s", all, test.cause)
			}
		})
	}
}

func TestNoDeadline(t *testing.T) {
	w := newWorld(t, 3, release)
	w.change().Strategy.ProgressDeadline = 0
	w.after(time.Second).after(100 * time.Hour).outcome("")
	if !w.state.Wake.IsZero() || !w.state.Workloads[0].Deadline.IsZero() {
		t.Errorf("wakes at %s, deadline %s", w.state.Wake, w.state.Workloads[0].Deadline)
	}
}

// Pods that come and go are no progress: a flapping rollout ends with its deadline.
func TestFlappingEndsWithTheDeadline(t *testing.T) {
	w := newWorld(t, 3, release)
	w.finished().after(time.Second)
	for range 60 {
		flap := readyPod("web-new-0")
		flap.Status.Conditions[1].Status = "False"
		flap.Status.ContainerStatuses[0].Ready = false
		w.pods(flap, readyPod("web-new-1"), readyPod("web-new-2")).after(6 * time.Second)
		w.finished().after(5 * time.Second)
	}
	w.outcome(Failed).first(diagnosis.DeadlineExceeded, diagnosis.Fatal)
	if n := w.told(EventSoak); n != 1 {
		t.Errorf("told %d times what speaks against it", n)
	}
}

func TestTimeoutBeforeAnythingIsSeen(t *testing.T) {
	policy := release
	policy.Timeout = time.Minute
	w := newWorld(t, 3, policy)
	w.change().Generation = 1
	w.after(time.Second).outcome("")
	if want := epoch.Add(time.Minute); !w.state.Wake.Equal(want) {
		t.Errorf("wakes at %s, want %s", w.state.Wake, want)
	}
	w.after(time.Minute).outcome(TimedOut)
}

func TestEvictionsAreCountedInRounds(t *testing.T) {
	w := newWorld(t, 2, release)
	w.seen.Forbidden = []string{"events"}
	w.finished().after(time.Second)
	var ended []*corev1.Pod
	for round := range 3 {
		w.outcome("")
		for i := range 2 {
			p := ownedPod("new", fmt.Sprintf("web-gone-%d-%d", round, i))
			p.Status = corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted", Message: "Usage of EmptyDir volume exceeds the limit"}
			ended = append(ended, p)
		}
		w.finished()
		w.seen.Pods = append(w.seen.Pods, ended...)
		w.after(10 * time.Second)
	}
	w.outcome(Failed).first(diagnosis.Evicted, diagnosis.Failing)
}

// A pod that the scheduler displaced, or a drain, is no failure of the release.
func TestDisruptionIsNoFailure(t *testing.T) {
	w := newWorld(t, 3, Policy{FailFast: diagnosis.FailFastStrict})
	p := crashedPod("web-new-0", 0, 143)
	p.DeletionTimestamp = ptr(metav1.NewTime(epoch))
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.DisruptionTarget, Status: "True", Reason: "PreemptionByScheduler"}}
	w.pods(readyPod("web-new-1"), p).after(time.Second).outcome("")
	if f := w.state.Workloads[0].Findings; len(f) > 0 {
		t.Errorf("findings %+v", f)
	}
}

func TestDecisiveFindingComesFirst(t *testing.T) {
	w := newWorld(t, 4, Policy{FailFast: diagnosis.FailFastAuto})
	w.seen.Forbidden = []string{"logs", "events"}
	w.change().Strategy.MaxSurge = 3
	w.pods(
		waitingPod("web-new-0", "ErrImagePull", "connection refused"),
		crashedPod("web-new-1", 4, 1), crashedPod("web-new-2", 3, 1),
		waitingPod("web-new-3", "ErrImagePull", "a/b:1: not found"),
	).after(time.Second)
	causes := func() (all []diagnosis.Cause) {
		for _, f := range w.state.Workloads[0].Findings {
			all = append(all, f.Cause)
		}
		return all
	}
	want := []diagnosis.Cause{diagnosis.CrashLoop, diagnosis.ImageNotFound, diagnosis.RegistryUnreachable}
	if got := causes(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("findings %v, want %v", got, want)
	}
	if f := w.state.Workloads[0].Findings[0]; f.Exemplar != "web-new-1" || f.Restarts != 4 || f.Pods != 2 || f.Of != 4 {
		t.Errorf("%+v", f)
	}
}
