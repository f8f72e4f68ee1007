package view

import (
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// The sentence about several workloads names those whose findings decided, in whatever order they come.
func TestWhichWorkloadsFailed(t *testing.T) {
	part := func(name, image string, o rollout.Outcome, found ...diagnosis.Finding) rollout.WorkloadState {
		return with(web(), func(w *rollout.WorkloadState) {
			w.Target.Name, w.Outcome, w.Findings = name, o, found
			w.ImagesTo = map[string]string{"web": image}
		})
	}
	waiting := diagnosis.Finding{Cause: diagnosis.Unschedulable, Grade: diagnosis.Waiting}
	for name, tc := range map[string]struct {
		outcome   rollout.Outcome
		message   string
		workloads []rollout.WorkloadState
		want      string
	}{
		"the second decided": {
			outcome:   rollout.Failed,
			workloads: []rollout.WorkloadState{part("web", "shop:2.0", "", crash(1)), part("worker", "shop:2.0", rollout.Failed, notFound())},
			want:      "shop:2.0 failed in deployment/worker (ImageNotFound)",
		},
		"a waiting cause decided at the deadline": {
			outcome:   rollout.Failed,
			workloads: []rollout.WorkloadState{part("web", "shop:2.0", "", crash(1)), part("worker", "shop:2.0", rollout.Failed, waiting)},
			want:      "shop:2.0 failed in deployment/worker (Unschedulable)",
		},
		"both decided, of different causes": {
			outcome:   rollout.Failed,
			workloads: []rollout.WorkloadState{part("web", "shop:2.0", rollout.Failed, crash(3)), part("worker", "shop:2.0", rollout.Failed, notFound())},
			want:      "shop:2.0 failed in deployment/web (CrashLoop), deployment/worker (ImageNotFound)",
		},
		"different images": {
			outcome:   rollout.Failed,
			workloads: []rollout.WorkloadState{part("web", "web:2.0", rollout.Failed, crash(3)), part("worker", "worker:2.0", rollout.Failed, notFound())},
			want:      "the rollout failed in deployment/web (CrashLoop), deployment/worker (ImageNotFound)",
		},
		"more than a sentence holds": {
			outcome: rollout.Failed,
			workloads: []rollout.WorkloadState{
				part("a", "shop:2.0", rollout.Failed, crash(3)), part("b", "shop:2.0", rollout.Failed, crash(3)), part("c", "shop:2.0", rollout.Failed, crash(3)),
				part("d", "shop:2.0", rollout.Failed, crash(3)), part("e", "shop:2.0", "", crash(1)),
			},
			want: "shop:2.0 failed in deployment/a (CrashLoop), deployment/b (CrashLoop), deployment/c (CrashLoop) and 1 more",
		},
		"time ran out in one": {
			outcome:   rollout.TimedOut,
			workloads: []rollout.WorkloadState{part("web", "shop:2.0", rollout.Succeeded), part("worker", "shop:2.0", rollout.TimedOut, waiting)},
			want:      "timed out after 10:00 in deployment/worker (Unschedulable)",
		},
		"without a cause": {
			outcome:   rollout.Failed,
			workloads: []rollout.WorkloadState{part("web", "shop:2.0", rollout.Succeeded), part("worker", "shop:2.0", rollout.Failed)},
			want:      "shop:2.0 failed in deployment/worker",
		},
		"a write that failed": { // those that were written are not at fault
			outcome: rollout.Failed, message: "deployment/api could not be written",
			workloads: []rollout.WorkloadState{part("web", "shop:2.0", rollout.Failed), part("worker", "shop:2.0", rollout.Failed)},
			want:      "the rollout failed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := rollout.NewResult(rollout.State{Started: start, Outcome: tc.outcome, Workloads: tc.workloads}, nil, at(600))
			r.Message = tc.message
			if got := broken(r); got != tc.want {
				t.Errorf("%s\nwant %s", got, tc.want)
			}
		})
	}
}
