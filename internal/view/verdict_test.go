package view

import (
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// The sentence about several workloads says what they share, and what the new pods have read.
func TestVerdictOfSeveral(t *testing.T) {
	part := func(name, image string, o rollout.Outcome, message string) rollout.WorkloadResult {
		w := rollout.WorkloadResult{Ref: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: name}, Outcome: o, Message: message}
		if image != "" {
			w.Images = rollout.FromTo[map[string]string]{From: map[string]string{"web": "shop:1.0"}, To: map[string]string{"web": image}}
		}
		return w
	}
	scale := func(name string, from, to int32) rollout.WorkloadResult {
		w := part(name, "", rollout.Succeeded, "")
		w.Scale = &rollout.FromTo[int32]{From: from, To: to}
		return w
	}
	secret := func(name, from string, state rollout.ConfigState) *rollout.ConfigResult {
		return &rollout.ConfigResult{Ref: workload.Ref{Kind: "Secret", Namespace: "shop", Name: name}, From: from, State: state}
	}
	type workloads = []rollout.WorkloadResult
	for want, r := range map[string]rollout.Result{
		"2 workloads: rolled out shop:2.0 in 0:09": {
			Outcome: rollout.Succeeded, Workloads: workloads{part("a", "shop:2.0", rollout.Succeeded, ""), part("b", "shop:2.0", rollout.Succeeded, "")},
		},
		"deployment/a: rolled out shop:2.0 in 0:09": { // the other one was as wanted
			Outcome: rollout.Succeeded, Workloads: workloads{part("a", "shop:2.0", rollout.Succeeded, ""), part("b", "shop:1.0", rollout.Unchanged, "")},
		},
		"2 workloads: rolled out in 0:09": {
			Outcome: rollout.Succeeded, Workloads: workloads{part("a", "shop:2.0", rollout.Succeeded, ""), part("b", "web:2.0", rollout.Succeeded, "")},
		},
		"2 workloads: scaled 3 -> 0 replicas in 0:09": {
			Outcome: rollout.Succeeded, Workloads: workloads{scale("a", 3, 0), scale("b", 3, 0)},
		},
		"2 workloads: scaled in 0:09": {
			Outcome: rollout.Succeeded, Workloads: workloads{scale("a", 3, 0), scale("b", 2, 0)},
		},
		"1 of 2 workloads: still in progress": {
			Outcome: rollout.Undecided, Workloads: workloads{part("a", "", rollout.Succeeded, ""), part("b", "", rollout.Undecided, "still in progress")},
		},
		"2 of 2 workloads: no verdict": {
			Outcome: rollout.Undecided, Workloads: workloads{part("a", "", rollout.Undecided, "the watch ended"), part("b", "", rollout.Undecided, "still in progress")},
		},
		"deployment/a: rolled out with the new data of secret/db in 0:09": {
			Outcome: rollout.Succeeded, Workloads: workloads{part("a", "", rollout.Succeeded, "")}, Config: secret("db", "", rollout.ConfigChanged),
		},
		"deployment/a: rolled out with the data of secret/db in 0:09": {
			Outcome: rollout.Succeeded, Workloads: workloads{part("a", "", rollout.Succeeded, "")}, Config: secret("db", "", rollout.ConfigUnchanged),
		},
		"2 workloads: rolled out with secret/db-hf7kgm6285 in 0:09": {
			Outcome: rollout.Succeeded, Workloads: workloads{part("a", "", rollout.Succeeded, ""), part("b", "", rollout.Succeeded, "")},
			Config: secret("db-hf7kgm6285", "db", rollout.ConfigChanged),
		},
	} {
		r.DurationSeconds = 9
		if got := verdict(r); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
