package diagnosis_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// A look needs no rollout: the history is empty, and what the diagnosis wants is fetched for the next look.
func ExampleLook() {
	revision := workload.Revision{Name: "web-5d4f", Key: workload.RevisionKey{Owner: "new"}, Desired: 1, Total: 1}
	in := diagnosis.Input{
		Observed: diagnosis.Observed{
			Workload:  &workload.Workload{Ref: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}, Desired: 1},
			Revisions: []workload.Revision{revision},
			Pods:      []*corev1.Pod{podtest.Crashed("web-1", 4, 2)},
		},
		Now: podtest.Epoch, Since: podtest.Epoch, Revision: &revision, UnderWay: true, FailFast: diagnosis.FailFastAuto,
	}
	first := diagnosis.Look(in, diagnosis.History{})
	run := first.Wants.Logs[0]
	fmt.Println("wants the log of", run.Pod, run.Container)

	in.Logs = map[diagnosis.LogKey]diagnosis.Log{run: {Lines: []string{"panic: DATABASE_URI is not set"}}}
	second := diagnosis.Look(in, first.History)
	for _, f := range second.Findings() {
		fmt.Println(f.Cause, f.Exemplar, f.Restarts, f.Logs)
		fmt.Println(f.Next[0])
	}
	// Output:
	// wants the log of web-1 web
	// CrashLoop web-1 4 [panic: DATABASE_URI is not set]
	// kubectl logs web-1 -c web --previous -n shop
}
