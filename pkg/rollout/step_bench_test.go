package rollout

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func BenchmarkStep(b *testing.B) {
	const n = 5000
	kinds := map[string]func(i int) *corev1.Pod{
		"all ready":       func(i int) *corev1.Pod { return readyPod(fmt.Sprint("web-new-", i)) },
		"all crashing":    func(i int) *corev1.Pod { return crashedPod(fmt.Sprint("web-new-", i), 2, 1) },
		"all unexplained": func(i int) *corev1.Pod { return waitingPod(fmt.Sprint("web-new-", i), "ContainerCreating", "") },
		"one in twenty":   oneInTwenty,
	}
	for name, pod := range kinds {
		b.Run(name, func(b *testing.B) {
			var pods []*corev1.Pod
			for i := range n {
				pods = append(pods, pod(i))
			}
			template := templateOf("web:2.0")
			seen := diagnosis.Observed{
				Workload: &workload.Workload{
					Ref: shop, UID: "d", Generation: 2, ObservedGeneration: 2, Template: template, Desired: n + 1,
					Strategy: workload.Strategy{MaxSurge: n, ProgressDeadline: time.Hour},
				},
				Revisions: []workload.Revision{{Name: "web-new", UID: "new", Key: workload.RevisionKey{Owner: "new"}, Number: 2, Template: template}},
				Pods:      pods,
			}
			snapshot := Snapshot{shop: seen}
			s := Start([]Target{{Ref: shop, Generation: 2, Template: &template}}, Policy{FailFast: diagnosis.FailFastOff}, epoch)
			s, _ = Step(s, snapshot, epoch)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				s, _ = Step(s, snapshot, epoch.Add(time.Duration(i)*time.Microsecond))
			}
		})
	}
}

func oneInTwenty(i int) *corev1.Pod {
	name := fmt.Sprint("web-new-", i)
	if i%20 == 0 {
		return waitingPod(name, "ContainerCreating", "")
	}
	return readyPod(name)
}
