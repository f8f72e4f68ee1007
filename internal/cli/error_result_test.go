package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// A script that asked for the result gets one, however early the command ended.
func TestErrorsAreResults(t *testing.T) {
	cut := filepath.Join(t.TempDir(), "cut.jsonl")
	if err := os.WriteFile(cut, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]struct {
		outcome rollout.Outcome
		code    int
		message string
	}{
		"set image deployment/web web=web:2 -o result --wiat":    {rollout.Refused, exitUsage, "unknown flag: --wiat"},
		"set image deployment/web web=web:2 --soak=5 -oresult":   {rollout.Refused, exitUsage, "invalid value --soak=5: it takes a duration, such as 30s, 5m or 1h"},
		"set env deployment/web --output=result":                 {rollout.Refused, exitUsage, "nothing to set or remove"},
		"rollout undo deployment/web --to-revision=-1 -o=result": {rollout.Refused, exitUsage, "--to-revision takes a revision number, or 0 for the previous one"},
		"rollout status -o result":                               {rollout.Refused, exitUsage, "no workload"},
		"set secret db -o result":                                {rollout.Refused, exitUsage, "nothing to change"},
		"rollout restart deployment/web -o result":               {rollout.Undecided, exitError, "no kubeconfig"},
		"replay none.jsonl --output result":                      {rollout.Refused, exitUsage, "recording none.jsonl: no such file or directory"},
		"replay " + cut + " -o result":                           {rollout.Undecided, exitError, "not a recording"},
	} {
		code, out, errOut := runOffline(t, strings.Fields(line)...)
		var got rollout.Result
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Errorf("%s: %v: %q", line, err, out)
			continue
		}
		if code != want.code || got.ExitCode != want.code || got.Outcome != want.outcome || got.Kind != rollout.ResultKind {
			t.Errorf("%s: exit code %d, result %s", line, code, out)
		}
		if !strings.Contains(got.Message, want.message) || strings.Contains(got.Message, "--help") {
			t.Errorf("%s: message %q, want %q", line, got.Message, want.message)
		}
		if !strings.Contains(errOut, "error: "+got.Message) {
			t.Errorf("%s: stderr %q does not have the message %q", line, errOut, got.Message)
		}
	}
}

// What has no result of a release prints none, and help is no result.
func TestNoErrorResult(t *testing.T) {
	for _, line := range []string{
		"set image deployment/web web=web:2 --wiat", "get secret db -o result", "rollout history deployment/web -o result",
		"rollout pause deployment/web -o result", "set imgae -o result", "set image deployment/web web=web:2 -o wide --reason result",
	} {
		if _, out, _ := runOffline(t, strings.Fields(line)...); out != "" {
			t.Errorf("%s: stdout %q", line, out)
		}
	}
}
