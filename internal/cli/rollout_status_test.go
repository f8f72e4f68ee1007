package cli

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestStatusExitCodes(t *testing.T) {
	for name, test := range map[string]struct {
		watch   bool
		outcome rollout.Outcome
		want    int
	}{
		"done":                            {true, rollout.Succeeded, exitOK},
		"done already":                    {false, rollout.Succeeded, exitOK},
		"failed already":                  {false, rollout.Failed, exitFailed},
		"progressing, and not waited for": {false, rollout.Undecided, exitTimedOut},
		"the watch broke off":             {true, rollout.Undecided, exitError},
		"time ran out":                    {true, rollout.TimedOut, exitTimedOut},
	} {
		f := rolloutStatusFlags{watch: test.watch}
		env := newEnv(strings.NewReader(""), io.Discard, io.Discard, func(string) string { return "" }, time.Now)
		result := rollout.Result{Outcome: test.outcome}
		if f.transaction(env, rollout.Policy{}).Complete(t.Context(), &result); result.ExitCode != test.want {
			t.Errorf("%s: %d, want %d", name, result.ExitCode, test.want)
		}
	}
}

// kubectl's own lines: once all is done or, when nothing is waited for, of each as it is.
func TestStatusLines(t *testing.T) {
	seen := rollout.Snapshot{apiRef: {Workload: &workload.Workload{Ref: apiRef, Desired: 3, Updated: 1}}}
	const webDone = "deployment \"web\" successfully rolled out\n"
	const apiWaits = "Waiting for deployment \"api\" rollout to finish: 1 out of 3 new replicas have been updated...\n"
	for name, test := range map[string]struct {
		watch    bool
		web, api rollout.Outcome
		all      rollout.Outcome
		want     string
	}{
		"both are done":            {true, rollout.Succeeded, rollout.Succeeded, rollout.Succeeded, webDone + strings.ReplaceAll(webDone, "web", "api")},
		"one has failed":           {true, rollout.Succeeded, rollout.Failed, rollout.Failed, ""},
		"one is not waited for":    {false, rollout.Succeeded, rollout.Undecided, rollout.Undecided, webDone + apiWaits},
		"one has failed, at once":  {false, rollout.Failed, rollout.Undecided, rollout.Failed, apiWaits},
		"the watch was broken off": {true, rollout.Undecided, rollout.Undecided, rollout.Undecided, ""},
	} {
		var out strings.Builder
		env := newEnv(strings.NewReader(""), &out, &strings.Builder{}, func(string) string { return "" }, time.Now)
		f := rolloutStatusFlags{watch: test.watch}
		result := rollout.Result{Outcome: test.all, Workloads: []rollout.WorkloadResult{{Ref: webRef, Outcome: test.web}, {Ref: apiRef, Outcome: test.api}}}
		if err := f.printLines(env, result, seen); err != nil || out.String() != test.want {
			t.Errorf("%s: %v\ngot  %q\nwant %q", name, err, out.String(), test.want)
		}
	}
}

func TestStatusOfARevision(t *testing.T) {
	for _, test := range []struct {
		current *workload.Revision
		want    string
	}{
		{&workload.Revision{Number: 3}, ""},
		{&workload.Revision{Number: 4}, "deployment/web is at revision 4, not 3"},
		{nil, "deployment/web is not at revision 3"},
	} {
		err := (&rolloutStatusFlags{revision: 3}).isRevision(webRef, test.current)
		if test.want == "" && err != nil || test.want != "" && (err == nil || err.Error() != test.want) {
			t.Errorf("%v: %v, want %q", test.current, err, test.want)
		}
		var hinter page.Hinter
		if err != nil && (!errors.As(err, &hinter) || !slices.Equal(hinter.Hints(), []string{"kubectl app rollout history deployment/web -n shop"})) {
			t.Errorf("hints of %v", err)
		}
	}
}

// What mends the cause comes first. A paused workload takes no change before it is resumed; an undo can do both.
func TestRemedies(t *testing.T) {
	const undo = "kubectl app rollout undo deployment/web -n shop"
	finding := func(cause diagnosis.Cause, next ...string) []diagnosis.Finding {
		return []diagnosis.Finding{{Cause: cause, Next: next}, {Cause: diagnosis.DeadlineExceeded, Next: []string{"not this one"}}}
	}
	const resume = "kubectl rollout resume"
	paused := diagnosis.Finding{Cause: diagnosis.Paused, Next: []string{resume}}
	for name, test := range map[string]struct {
		findings []diagnosis.Finding
		want     []string
	}{
		"no cause":  {nil, []string{undo}},
		"a cause":   {finding(diagnosis.SecretMissing, "kubectl create secret"), []string{"kubectl create secret", undo}},
		"is paused": {finding(diagnosis.Paused, resume), []string{resume, undo + " --resume"}},
		"a cause, and it is paused": {
			append(finding(diagnosis.SecretMissing, "kubectl create secret"), paused),
			[]string{"kubectl create secret", resume, undo + " --resume"},
		},
		"it crashes, and is paused": {
			[]diagnosis.Finding{{Cause: diagnosis.CrashLoop, Grade: diagnosis.Failing, Next: []string{"kubectl logs"}}, paused},
			[]string{"kubectl logs", undo + " --resume"},
		},
	} {
		w := rollout.WorkloadResult{Ref: webRef, Findings: test.findings, Revision: rollout.Revisions{From: 1, To: 2}}
		if got := remedies(w); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
		first := rollout.WorkloadResult{Ref: webRef, Findings: test.findings, Revision: rollout.Revisions{To: 1}}
		if got := remedies(first); !slices.Equal(got, test.want[:len(test.want)-1]) {
			t.Errorf("%s, first revision: %q, want no undo", name, got)
		}
	}
}
