package rollout

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func rejectedPod(i int, reason, message string) *corev1.Pod {
	p := ownedPod("new", fmt.Sprintf("web-new-r%02d", i))
	p.Status = corev1.PodStatus{Phase: corev1.PodFailed, Reason: reason, Message: "Pod was rejected: " + message}
	return p
}

// Each refused pod is replaced by one that is refused as well: ten of them are decided upon soon.
func TestRejectionsThatGoOnDecide(t *testing.T) {
	w := newWorld(t, 3, release).pods().after(0)
	var all []*corev1.Pod
	for i := range manyRejected - 1 {
		all = append(all, rejectedPod(i, "OutOfcpu", fmt.Sprintf("Node didn't have enough resource: cpu, requested: 500, used: %d, capacity: 2000", 1600+i)))
		w.pods(all...).after(1500*time.Millisecond).outcome("").first(diagnosis.RejectedByKubelet, diagnosis.Waiting)
	}
	w.after(time.Minute).outcome("") // nine may be the end of it
	all = append(all, rejectedPod(99, "OutOfcpu", "Node didn't have enough resource: cpu, requested: 500, used: 1900, capacity: 2000"))
	w.pods(all...).after(time.Second).outcome("").first(diagnosis.RejectedByKubelet, diagnosis.Fatal)
	w.after(patienceRejection).outcome(Failed)
	if f := w.state.Workloads[0].Findings; len(f) != 1 || f[0].Pods != manyRejected {
		t.Errorf("%+v, want one finding of %d pods", f, manyRejected)
	}
}

func TestRejectionsOfAnotherReasonAreAnotherFinding(t *testing.T) {
	w := newWorld(t, 3, release).pods().after(0)
	w.pods(rejectedPod(0, "SysctlForbidden", "forbidden sysctl"), rejectedPod(1, "SysctlForbidden", "forbidden sysctl"), rejectedPod(2, "NodeShutdown", "")).after(time.Second)
	if f := w.state.Workloads[0].Findings; len(f) != 2 || f[0].Pods != 2 || f[1].Pods != 1 {
		t.Errorf("%+v", f)
	}
}

// A node that shuts down refuses some pods; the next one finds its place elsewhere.
func TestRejectionsThatEndAreForgotten(t *testing.T) {
	w := newWorld(t, 1, release).pods().after(0)
	w.pods(rejectedPod(0, "NodeShutdown", "Pod was rejected as the node is shutting down.")).after(time.Second).first(diagnosis.RejectedByKubelet, diagnosis.Waiting)
	w.finished()
	w.seen.Pods = append(w.seen.Pods, rejectedPod(0, "NodeShutdown", ""))
	w.after(time.Second).after(15 * time.Second).outcome(Succeeded)
}

// While other pods are admitted, some that are refused do not end a release.
func TestRejectionsWaitWhileOthersAreAdmitted(t *testing.T) {
	w := newWorld(t, 3, release).pods().after(0)
	all := []*corev1.Pod{readyPod("web-new-0")}
	for i := range manyRejected + 5 {
		all = append(all, rejectedPod(i, "TopologyAffinityError", "no locality"))
	}
	w.pods(all...).after(time.Second).after(time.Minute).outcome("").first(diagnosis.RejectedByKubelet, diagnosis.Waiting)
}

// A rollout that is found under way has its refused pods behind it.
func TestRejectionsBeforeTheWatchCount(t *testing.T) {
	w := foundWorld(t)
	w.change().Conditions = []workload.Condition{exceeded(epoch, "web-new")}
	w.pods(rejectedPod(0, "SysctlForbidden", "forbidden sysctl")).after(time.Second).after(maxExplaining).outcome(Failed).first(diagnosis.RejectedByKubelet, diagnosis.Waiting)
}

// Each replacement of a refused pod is refused for the same place: one place of ten is no failed release.
func TestRejectionsCountAsPlaces(t *testing.T) {
	for _, tt := range []struct {
		ready int
		want  Outcome
	}{{9, ""}, {6, Failed}} {
		w := newWorld(t, 10, release)
		w.change().Strategy.MaxUnavailable, w.seen.Workload.Strategy.MaxSurge = 2, 3
		w.seen.Revisions[0].Total, w.seen.Revisions[0].Ready, w.seen.Revisions[0].Available = 0, 0, 0
		var all []*corev1.Pod
		for i := range tt.ready {
			all = append(all, readyPod(fmt.Sprint("web-new-", i)))
		}
		for i := range 10 - tt.ready {
			all = append(all, waitingPod(fmt.Sprint("web-new-w", i), "ContainerCreating", ""))
		}
		w.pods(all...).after(0)
		for i := range tooManyRejected + 5 {
			all = append(all, rejectedPod(i, "UnexpectedAdmissionError", "Allocate failed"))
		}
		w.pods(all...).after(time.Second).first(diagnosis.RejectedByKubelet, diagnosis.Fatal)
		w.after(patienceRejection).after(time.Second).outcome(tt.want)
	}
}
