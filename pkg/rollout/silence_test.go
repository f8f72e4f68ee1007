package rollout

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Where no cause is known, the message says what the status alone shows.
func TestSilence(t *testing.T) {
	dead := ownedPod("old", "web-old-1")
	dead.Status = corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted"}
	tests := []struct {
		name    string
		arrange func(w *world)
		want    string
	}{
		{"the controller is away", func(w *world) { w.change().ObservedGeneration = 1 }, "has not observed generation 2"},
		{"no revision was made", func(w *world) { w.change(); w.seen.Revisions = w.seen.Revisions[:1] }, "no ReplicaSet was made for the new revision yet"},
		{"a dead pod holds up Recreate", func(w *world) {
			w.change().Strategy = workload.Strategy{Recreate: true, ProgressDeadline: 10 * time.Minute}
			w.seen.Revisions, w.seen.Pods = w.seen.Revisions[:1], []*corev1.Pod{dead}
		}, "the old pods have ended; the controller may wait for the dead pod web-old-1 (Evicted)"},
		{"pods can't be created, for none of the known reasons", func(w *world) {
			w.change()
			w.seen.Revisions[1].Failure = &workload.Condition{Reason: "FailedCreate", Message: "etcdserver: request timed out"}
		}, "ReplicaSet web-new can't create pods: etcdserver: request timed out"},
		{"a pod stands still", func(w *world) { w.pods(waitingPod("web-new-0", "ContainerCreating", "")) }, "pod web-new-0: container web is waiting: ContainerCreating"},
	}
	for _, tt := range tests {
		for _, policy := range []Policy{{Timeout: 5 * time.Minute}, {}} {
			w := newWorld(t, 1, policy)
			tt.arrange(w)
			w.after(time.Second).after(20 * time.Minute).after(maxExplaining)
			s := w.state.Workloads[0]
			message := s.Message
			for _, f := range s.Findings {
				message += f.Message
			}
			if s.Outcome == "" || !strings.Contains(message, tt.want) {
				t.Errorf("%s, timeout %s: %q %q, want %q", tt.name, policy.Timeout, s.Outcome, message, tt.want)
			}
		}
	}
}
