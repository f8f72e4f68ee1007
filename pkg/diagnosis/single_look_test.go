package diagnosis

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
)

// The age of a crash loop does not begin anew with each crash.
func TestSinceWhenAContainerCrashes(t *testing.T) {
	const ended = 3 * time.Minute // before now
	backOff := func(count int32, first time.Duration) *corev1.Event {
		return &corev1.Event{
			Type: corev1.EventTypeWarning, Reason: "BackOff", Message: "Back-off restarting failed container web in pod web-1", Count: count,
			InvolvedObject: corev1.ObjectReference{Kind: "Pod", UID: "web-1", FieldPath: "spec.containers{web}"},
			FirstTimestamp: *podtest.At(-first), LastTimestamp: *podtest.At(-time.Minute),
		}
	}
	for name, tt := range map[string]struct {
		age      time.Duration // of the pod
		restarts int32
		event    *corev1.Event
		want     time.Duration
		asks     bool
	}{
		"since it was started":            {16 * time.Minute, 8, nil, 16 * time.Minute, false},
		"for hours":                       {5 * time.Hour, 60, nil, 5 * time.Hour, false},
		"once":                            {4 * time.Minute, 0, nil, ended, false},
		"after days, no event is left":    {72 * time.Hour, 4, nil, ended, true},
		"after days":                      {72 * time.Hour, 4, backOff(4, 10*time.Minute), 10 * time.Minute, true},
		"days ago, and now again":         {72 * time.Hour, 4, backOff(4, 70*time.Hour), ended, true},
		"it was restarted once, long ago": {72 * time.Hour, 1, nil, ended, false},
	} {
		t.Run(name, func(t *testing.T) {
			pod := podtest.Crashed("web-1", tt.restarts, 1)
			pod.CreationTimestamp, pod.Status.StartTime = *podtest.At(-tt.age), podtest.At(-tt.age)
			status := &pod.Status.ContainerStatuses[0]
			for _, ran := range []*corev1.ContainerStateTerminated{status.State.Terminated, status.LastTerminationState.Terminated} {
				if ran != nil {
					ran.StartedAt, ran.FinishedAt = *podtest.At(-ended - time.Second), metav1.NewTime(podtest.Epoch.Add(-ended))
				}
			}
			w := watch(t, 1, FailFastAuto).pods(pod)
			w.Now, w.Once, w.Unhurried, w.UnderWay = podtest.Epoch, true, true, true
			if tt.event != nil {
				w.Events = []*corev1.Event{tt.event}
			}
			asks := len(Look(w.Input, History{}).Wants.Events) > 0
			w.Final = true
			d := Look(w.Input, History{})
			if len(d.Problems) != 1 || d.Problems[0].Cause != CrashLoop {
				t.Fatalf("it found %v", d.Findings())
			}
			if got := podtest.Epoch.Sub(d.Problems[0].Since()); got != tt.want || asks != tt.asks {
				t.Errorf("for %s, want %s; it asks for events: %v", got, tt.want, asks)
			}
		})
	}
}
