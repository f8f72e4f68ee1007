package rollout

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// What speaks against a complete rollout begins the soak anew.
func TestSoakBeginsAnew(t *testing.T) {
	tests := map[string]func(w *world){
		"a restart": func(w *world) {
			p := readyPod("web-new-0")
			c := &p.Status.ContainerStatuses[0]
			c.RestartCount = 1
			c.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error"}
			w.pods(p, readyPod("web-new-1"), readyPod("web-new-2"))
		},
		"a moment unready, between two looks": func(w *world) {
			p := readyPod("web-new-0")
			p.Status.Conditions[1].LastTransitionTime = metav1.NewTime(w.now)
			w.pods(p, readyPod("web-new-1"), readyPod("web-new-2"))
		},
		"a liveness probe that fails": func(w *world) {
			w.seen.Events = append(w.seen.Events, &corev1.Event{
				Reason: "Unhealthy", Message: "Liveness probe failed: refused", Count: 1,
				InvolvedObject: corev1.ObjectReference{UID: "web-new-0", Kind: "Pod"},
			})
		},
		"an eviction": func(w *world) {
			p := ownedPod("new", "web-new-9")
			p.Status = corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted", Message: "low on memory"}
			w.seen.Pods = append(w.seen.Pods, p)
		},
	}
	for name, happens := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 3, release)
			w.finished()
			w.seen.Pods[0].Spec.Containers[0].LivenessProbe = &corev1.Probe{PeriodSeconds: 10, FailureThreshold: 3}
			w.after(time.Second).after(8 * time.Second)
			happens(w)
			w.after(time.Second).outcome("")
			if w.told(EventSoak) != 1 {
				t.Errorf("told %d times", w.told(EventSoak))
			}
			w.after(14 * time.Second).outcome("").after(time.Second).outcome(Succeeded)
		})
	}
}

// Probes that failed before the rollout was complete are of the past.
func TestOldLivenessFailures(t *testing.T) {
	w := newWorld(t, 1, release)
	w.finished()
	w.seen.Pods[0].Spec.Containers[0].LivenessProbe = &corev1.Probe{PeriodSeconds: 10, FailureThreshold: 3}
	w.after(time.Second)
	w.seen.Events = []*corev1.Event{{
		Reason: "Unhealthy", Message: "Liveness probe failed: refused", Count: 2,
		InvolvedObject: corev1.ObjectReference{UID: "web-new-0", Kind: "Pod"},
	}}
	w.after(100 * time.Millisecond).after(15 * time.Second).outcome(Succeeded)
}

// A window that was broken proves that so much time is too short.
func TestBrokenWindowMakesTheNextLonger(t *testing.T) {
	w := newWorld(t, 1, release)
	w.finished().after(time.Second).after(14 * time.Second)
	p := readyPod("web-new-0")
	p.Status.Conditions[1].LastTransitionTime = metav1.NewTime(w.now)
	w.pods(p).after(time.Millisecond).after(15 * time.Second).outcome("").after(7 * time.Second).outcome(Succeeded)
}

// Pods that an HPA adds in the soak are no trouble.
func TestScalingUpInTheSoak(t *testing.T) {
	w := newWorld(t, 2, release)
	w.finished().after(time.Second).after(10 * time.Second)
	d := w.change()
	d.Generation, d.ObservedGeneration, d.Desired = 3, 3, 3
	w.pods(readyPod("web-new-0"), readyPod("web-new-1"), waitingPod("web-new-2", "ContainerCreating", "")).after(time.Second).outcome("")
	added := readyPod("web-new-2")
	added.Status.Conditions[1].LastTransitionTime = metav1.NewTime(w.now)
	w.pods(readyPod("web-new-0"), readyPod("web-new-1"), added).after(time.Second).after(15 * time.Second).outcome(Succeeded)
}

// The pods are ahead of the controller's counts: what they show counts.
func TestPodsAreLookedAtBeyondTheCounts(t *testing.T) {
	for name, p := range map[string]*corev1.Pod{
		"crashed":  crashedPod("web-new-0", 0, 1),
		"not up":   waitingPod("web-new-0", "ContainerCreating", ""),
		"restarts": crashedPod("web-new-0", 1, 0),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1, Policy{FailFast: diagnosis.FailFastAuto})
			w.after(0)
			w.finished().pods(p)
			w.change().Available = 1
			w.after(time.Second).outcome("")
		})
	}
}

// Events are read in the soak only where a liveness probe may be failing and not kill in time to
// be seen.
func TestSoakReadsEventsOfSlowLiveness(t *testing.T) {
	tests := []struct {
		name  string
		probe corev1.Probe
		reads bool
	}{
		{"kills after 30 s", corev1.Probe{PeriodSeconds: 10, FailureThreshold: 3}, true},
		{"kills after 9 s", corev1.Probe{PeriodSeconds: 3, FailureThreshold: 3}, false},
		{"begins after a minute", corev1.Probe{InitialDelaySeconds: 60, PeriodSeconds: 10, FailureThreshold: 3}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, 1, release)
			p := readyPod("web-new-0")
			p.Spec.Containers[0].LivenessProbe = &tt.probe
			w.finished().pods(p).after(time.Second).after(time.Second)
			if got := len(w.state.Wants.Events) > 0; got != tt.reads {
				t.Errorf("reads events: %v, want %v", got, tt.reads)
			}
		})
	}
}

func TestFailsInTheSoak(t *testing.T) {
	w := newWorld(t, 3, release)
	w.seen.Forbidden = []string{"logs"}
	w.finished().after(time.Second)
	for restarts := range int32(4) {
		w.outcome("")
		w.pods(crashedPod("web-new-0", restarts, 1), readyPod("web-new-1"), readyPod("web-new-2")).after(9 * time.Second)
	}
	w.outcome(Failed).first(diagnosis.CrashLoop, diagnosis.Failing)
}

func TestTimeoutInTheSoak(t *testing.T) {
	policy := release
	policy.Timeout = 10 * time.Second
	w := newWorld(t, 1, policy)
	w.finished().after(time.Second).after(9 * time.Second).outcome(TimedOut)
	if got := w.state.Workloads[0].Message; got != "complete, but still soaking after 10s" {
		t.Errorf("%q", got)
	}
}

func TestWaitsForOldPods(t *testing.T) {
	policy := release
	policy.WaitForOldPods = true
	w := newWorld(t, 1, policy)
	w.finished()
	leaving := readyPodOf("old", "web-old-0")
	leaving.DeletionTimestamp = ptr(metav1.NewTime(epoch))
	w.seen.Pods = append(w.seen.Pods, leaving)
	w.after(time.Second).after(15 * time.Second).outcome("").after(time.Minute).outcome("")
	w.finished().after(time.Second).outcome(Succeeded)
}

func TestSeveralWorkloads(t *testing.T) {
	api := workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "api"}
	tests := []struct {
		name     string
		web, api Outcome
		want     Outcome
	}{
		{"both", Succeeded, Succeeded, Succeeded},
		{"one is not decided", Succeeded, "", ""},
		{"one failed", "", Failed, Failed},
		{"one was taken over", Superseded, Succeeded, Superseded},
		{"one was taken over, one is not decided", Superseded, "", ""},
		{"one ran out of time", TimedOut, Superseded, TimedOut},
	}
	for _, tt := range tests {
		all := []WorkloadState{{Target: Target{Ref: shop}, Outcome: tt.web}, {Target: Target{Ref: api}, Outcome: tt.api}}
		if got := combine(all, false); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}

	web, other := newWorld(t, 1, release), newWorld(t, 1, release)
	second := other.state.Workloads[0].Target
	second.Ref = api
	s := Start([]Target{web.state.Workloads[0].Target, second}, release, epoch)
	web.finished()
	other.pods(waitingPod("api-0", "ErrImagePull", "a/b:1: not found"))
	other.change().Name = "api"
	look := func(d time.Duration) { s, _ = Step(s, Snapshot{shop: web.seen, api: other.seen}, epoch.Add(d)) }
	look(time.Second)
	if want := epoch.Add(11 * time.Second); !s.Wake.Equal(want) {
		t.Errorf("wakes at %s, want the earlier of both: %s", s.Wake, want)
	}
	look(11 * time.Second)
	if s.Outcome != Failed || s.Workloads[0].Outcome != "" || s.Workloads[1].Outcome != Failed {
		t.Errorf("%s: %s and %s", s.Outcome, s.Workloads[0].Outcome, s.Workloads[1].Outcome)
	}
	after, events := Step(s, Snapshot{}, epoch.Add(time.Hour))
	if after.Outcome != Failed || events != nil {
		t.Error("a decided release was judged again")
	}
}
