package rollout

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// fellPod was ready, and then its container ended.
func fellPod(name string) *corev1.Pod {
	p := crashedPod(name, 0, 1)
	p.Status.StartTime = at(-30 * time.Second)
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionFalse, LastTransitionTime: *at(0)}}
	p.Status.ContainerStatuses[0].State.Terminated.StartedAt = *at(-20 * time.Second)
	p.Status.ContainerStatuses[0].State.Terminated.FinishedAt = *at(0)
	return p
}

// evictedPod was ready, and then its node had no memory left.
func evictedPod(name string) *corev1.Pod {
	p := fellPod(name)
	p.Status.Phase, p.Status.Reason, p.Status.Message = corev1.PodFailed, "Evicted", "The node was low on resource: memory."
	p.Status.ContainerStatuses[0].State.Terminated.ExitCode = 137
	return p
}

// upAgain has its next run, in which it is ready.
func upAgain(p *corev1.Pod) *corev1.Pod {
	s := &p.Status.ContainerStatuses[0]
	s.RestartCount, s.Ready, s.LastTerminationState, s.State = 1, true, s.State, corev1.ContainerState{
		Running: &corev1.ContainerStateRunning{StartedAt: *at(time.Second)},
	}
	p.Status.Conditions[0] = corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: *at(time.Second)}
	return p
}

// neverReady crashed as often, and its condition is as the kubelet first set it.
func neverReady(name string) *corev1.Pod {
	p := fellPod(name)
	p.Status.Conditions[0].LastTransitionTime = *p.Status.StartTime
	return p
}

// TestOutage: who has to wait, and for whom nothing is left that could serve meanwhile.
func TestOutage(t *testing.T) {
	old := func() *corev1.Pod { return readyPodOf("old", "web-old-0") }
	leaving := func() *corev1.Pod {
		p := old()
		p.DeletionTimestamp = &metav1.Time{Time: epoch}
		return p
	}
	ranFor := func(d, ago time.Duration) *corev1.Pod {
		p := fellPod("web-new-0")
		c := p.Status.ContainerStatuses[0].State.Terminated
		p.Status.StartTime, c.StartedAt, c.FinishedAt = at(-d-time.Minute), *at(-ago - d), *at(-ago)
		return p
	}
	for name, test := range map[string]struct {
		pods     []*corev1.Pod
		failFast diagnosis.FailFast
		want     Outcome
	}{
		"both fell":                                 {pods: []*corev1.Pod{fellPod("a"), fellPod("b")}, want: Failed},
		"both fell, the deadline is to decide":      {pods: []*corev1.Pod{fellPod("a"), fellPod("b")}, failFast: diagnosis.FailFastOff},
		"both fell, an old pod serves":              {pods: []*corev1.Pod{fellPod("a"), fellPod("b"), old()}},
		"both fell, the last old pod is leaving":    {pods: []*corev1.Pod{fellPod("a"), fellPod("b"), leaving()}, want: Failed},
		"one fell, the other serves":                {pods: []*corev1.Pod{fellPod("a"), readyPod("b")}},
		"one fell, the other starts":                {pods: []*corev1.Pod{fellPod("a"), waitingPod("b", "ContainerCreating", "")}},
		"one fell, the other was never ready":       {pods: []*corev1.Pod{fellPod("a"), neverReady("b")}},
		"both crashed and were never ready":         {pods: []*corev1.Pod{neverReady("a"), neverReady("b")}},
		"crashed, never ready, and now up":          {pods: []*corev1.Pod{upAgain(neverReady("a")), upAgain(neverReady("b"))}},
		"ready for a moment, and ended at once":     {pods: []*corev1.Pod{ranFor(time.Second, -time.Second)}},
		"the crash is of an earlier time":           {pods: []*corev1.Pod{ranFor(time.Hour, time.Second)}},
		"ran long, and crashed while it is watched": {pods: []*corev1.Pod{ranFor(time.Hour, -time.Second)}, want: Failed},
	} {
		t.Run(name, func(t *testing.T) {
			policy := release
			if test.failFast != "" {
				policy.FailFast = test.failFast
			}
			w := newWorld(t, 2, policy)
			w.seen.Forbidden = []string{"logs"}
			w.change().Updated = 2
			w.seen.Revisions[0].Total, w.seen.Revisions[0].Ready, w.seen.Revisions[0].Available = 0, 0, 0
			w.seen.Pods = test.pods
			w.after(2 * time.Second).outcome(test.want)
		})
	}
}

// The third restart is foretold only where it decides: not where the next crash leaves no pod ready.
func TestForecastBesideOutage(t *testing.T) {
	old := func() *corev1.Pod { return readyPodOf("old", "web-old-0") }
	starting := func(name string) *corev1.Pod { return waitingPod(name, "ContainerCreating", "") }
	for name, test := range map[string]struct {
		pods     []*corev1.Pod
		foretold bool
	}{
		"never ready":                     {[]*corev1.Pod{neverReady("a"), neverReady("b")}, true},
		"never ready, one still starts":   {[]*corev1.Pod{neverReady("a"), starting("b")}, true},
		"fell, an old pod serves":         {[]*corev1.Pod{fellPod("a"), starting("b"), old()}, true},
		"fell, the other new pod serves":  {[]*corev1.Pod{fellPod("a"), readyPod("b")}, true},
		"fell, the other starts":          {[]*corev1.Pod{fellPod("a"), starting("b")}, false},
		"fell, the other was never ready": {[]*corev1.Pod{fellPod("a"), neverReady("b")}, false},
		"fell, and the one that serves leaves": {[]*corev1.Pod{fellPod("a"), starting("b"), func() *corev1.Pod {
			p := old()
			p.DeletionTimestamp = &metav1.Time{Time: epoch}
			return p
		}()}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 2, release)
			w.seen.Forbidden = []string{"logs"}
			w.change().Updated = 2
			w.seen.Revisions[0].Total = 0
			w.seen.Pods = test.pods
			w.after(2*time.Second).outcome("").first(diagnosis.CrashLoop, diagnosis.Failing)
			if d := w.state.Workloads[0].Findings[0].Decides; (d != nil) != test.foretold {
				t.Errorf("foretold %+v", d)
			}
			if !test.foretold {
				w.seen.Pods = append([]*corev1.Pod{upAgain(fellPod("a"))}, test.pods[1:]...)
				w.after(time.Second).outcome("")
				if d := w.state.Workloads[0].Findings[0].Decides; d != nil {
					t.Errorf("up again: foretold %+v", d)
				}
			}
		})
	}
}

// An evicted pod is replaced by another one, which may be up already.
func TestEvictionIsNoOutage(t *testing.T) {
	for name, replacement := range map[string]*corev1.Pod{
		"it starts":   waitingPod("b", "ContainerCreating", ""),
		"it is ready": readyPod("b"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1, release)
			w.seen.Forbidden = []string{"logs"}
			w.change().Updated = 1
			w.seen.Revisions[0].Total, w.seen.Revisions[0].Ready, w.seen.Revisions[0].Available = 0, 0, 0
			w.seen.Pods = []*corev1.Pod{readyPod("a")}
			w.after(time.Second)
			w.seen.Pods = []*corev1.Pod{evictedPod("a"), replacement}
			w.after(2 * time.Second).outcome("")
		})
	}
}

// A pod that fell keeps that while its container is in its next run.
func TestOutageIsRememberedBetweenTwoCrashes(t *testing.T) {
	w := newWorld(t, 2, release)
	w.seen.Forbidden = []string{"logs"}
	w.change()
	w.seen.Revisions[0].Total = 0
	w.seen.Pods = []*corev1.Pod{fellPod("a"), readyPod("b")}
	w.after(time.Second).outcome("")
	w.seen.Pods = []*corev1.Pod{upAgain(fellPod("a")), fellPod("b")}
	w.after(time.Second).outcome(Failed).first(diagnosis.CrashLoop, diagnosis.Failing)
}

// The log is waited for, but no longer than its time.
func TestOutageWaitsForItsEvidence(t *testing.T) {
	fell := func() *world {
		w := newWorld(t, 1, release)
		w.change()
		w.seen.Revisions[0].Total = 0
		w.seen.Pods = []*corev1.Pod{fellPod("a")}
		w.after(time.Second).outcome("")
		if len(w.state.Wants.Logs) != 1 {
			t.Fatalf("wants %+v", w.state.Wants)
		}
		return w
	}
	w := fell()
	w.seen.Logs = map[diagnosis.LogKey]diagnosis.Log{w.state.Wants.Logs[0]: {Lines: []string{"no database"}}}
	w.after(100 * time.Millisecond).outcome(Failed)
	if f := w.state.Workloads[0].Findings[0]; len(f.Logs) != 1 {
		t.Errorf("%+v", f)
	}
	w = fell()
	if want := w.now.Add(logTime); w.state.Wake.After(want) {
		t.Errorf("wakes at %s, want %s", w.state.Wake, want)
	}
	w.after(logTime - time.Second).outcome("").after(time.Second).outcome(Failed)
}
