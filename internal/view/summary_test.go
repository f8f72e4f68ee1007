package view

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
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
				layouttest.Golden(t, fmt.Sprintf("summary/%s-%d", name, width), errOut.String())
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

// What a release ended with is read after the picture is gone: on a narrow terminal it is wrapped, and nothing is cut.
func TestSummariesAreWhole(t *testing.T) {
	raced := severalResult()
	raced.Outcome, raced.Workloads[0].Outcome, raced.Workloads[1].Outcome = rollout.Superseded, rollout.Superseded, rollout.Superseded
	raced.Workloads[0].Message = "rolled back to revision 2 meanwhile, by another job that watched the same rollout"
	all := results()
	all["several-raced"] = raced
	for name, r := range all {
		for _, width := range []int{20, 40, 80} {
			terminal, _, _, errOut := term.Fake(&term.Screen{Width: width, Height: 24})
			if err := Plain(terminal.Err).Finish(r); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(errOut.String(), "…") {
				t.Errorf("%s at %d columns: something is cut:\n%s", name, width, errOut)
			}
			if name == "several-raced" && !strings.Contains(unbroken(strings.Split(errOut.String(), "\n"), "│"), unspaced(raced.Workloads[0].Message)) {
				t.Errorf("at %d columns: no message in\n%s", width, errOut)
			}
		}
	}
}

// A rollout that nobody asked to wait for is no error; its cause is shown all the same.
func TestStillInProgressIsNoError(t *testing.T) {
	r := keptResult()
	r.Outcome, r.Workloads[0].Outcome, r.Workloads[0].Message, r.ExitCode = rollout.Undecided, rollout.Undecided, "still in progress", 7
	for code, want := range map[int]string{7: "deployment/web: still in progress\n", 1: "error: deployment/web: still in progress\n"} {
		r.ExitCode = code
		terminal, _, _, errOut := term.Fake(&term.Screen{Annotates: true})
		if err := Plain(terminal.Err).Finish(r); err != nil {
			t.Fatal(err)
		}
		text := errOut.String()
		if !strings.HasPrefix(text, want) || !strings.Contains(text, "ImageNotFound") || strings.Contains(text, "::error") != (code == 1) {
			t.Errorf("with exit code %d:\n%s", code, text)
		}
	}
}

// Two workloads that another change superseded have not failed.
func TestSupersededIsNoFailure(t *testing.T) {
	w := with(web(), func(w *rollout.WorkloadState) {
		w.Outcome, w.Message = rollout.Superseded, "changed by kubectl edit"
	})
	other := w
	other.Target.Name = "api"
	state := rollout.State{Started: start, Outcome: rollout.Superseded, Workloads: []rollout.WorkloadState{w, other}}
	terminal, _, _, _ := term.Fake(&term.Screen{Width: 120, Height: 24})
	s := newSheet(terminal.Err)
	text := strings.Join(many(s, &Frame{State: state, Now: at(5)}, &state, 24), "\n")
	if !strings.Contains(text, "0 of 2 done   2 superseded") || strings.Contains(text, "failed") || strings.Contains(text, s.Glyphs.Bad) {
		t.Errorf("got\n%s", text)
	}
	if want := "superseded: changed by kubectl edit"; strings.Count(text, want) != 2 {
		t.Errorf("not twice %q:\n%s", want, text)
	}
}
