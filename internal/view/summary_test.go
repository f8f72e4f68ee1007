package view

import (
	"fmt"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

func TestSummaries(t *testing.T) {
	for name, r := range results() {
		for _, width := range []int{0, 60} {
			t.Run(fmt.Sprintf("%s/%d", name, width), func(t *testing.T) {
				terminal, _, out, errOut := term.Fake(&term.Screen{Width: width, Height: 24})
				if err := Plain(terminal.Err).Finish(r); err != nil {
					t.Fatal(err)
				}
				if out.Len() > 0 {
					t.Errorf("on stdout: %s", out)
				}
				golden(t, fmt.Sprintf("summary/%s-%d", name, width), errOut.String())
			})
		}
	}
}

func TestQuietSpeaksOfFailureOnly(t *testing.T) {
	for name, r := range results() {
		terminal, _, _, errOut := term.Fake(&term.Screen{})
		if err := Quiet(terminal.Err).Finish(r); err != nil {
			t.Fatal(err)
		}
		good := r.Outcome == rollout.Succeeded || r.Outcome == rollout.Unchanged
		if good != (errOut.Len() == 0) {
			t.Errorf("%s: %q", name, errOut)
		}
	}
}

// How a failed release was left, where some or all of its workloads were paused.
func TestLeft(t *testing.T) {
	for want, paused := range map[string][]bool{
		"not rolled back":              {false},
		"the rollout is paused":        {true},
		"all rollouts are paused":      {true, true},
		"2 of the rollouts are paused": {true, false, true},
	} {
		var r rollout.Result
		for _, p := range paused {
			r.Workloads = append(r.Workloads, rollout.WorkloadResult{Paused: p})
		}
		if got := left(r); got != want {
			t.Errorf("%v: %s, want %s", paused, got, want)
		}
	}
}
