package cli

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// A replay judges as the recorded command did; a flag that is given outranks what was recorded.
func TestReplayJudgesAsRecorded(t *testing.T) {
	for name, test := range map[string]struct {
		recording, policy string
		args              []string
		outcome           rollout.Outcome
	}{
		"a soak that is longer":          {goodRecording, `{"failFast":"auto","soak":"1h0m0s","timeout":"0s"}`, nil, rollout.Undecided},
		"a soak that is given":           {goodRecording, `{"failFast":"auto","soak":"1h0m0s","timeout":"0s"}`, []string{"--soak=15s"}, rollout.Succeeded},
		"patience":                       {notFoundRecording, `{"failFast":"off","soak":"15s","timeout":"0s"}`, nil, rollout.Undecided},
		"patience that is given":         {notFoundRecording, `{"failFast":"off","soak":"15s","timeout":"0s"}`, []string{"--fail-fast=auto"}, rollout.Failed},
		"a patience that nobody knows":   {notFoundRecording, `{"failFast":"perhaps","soak":"15s","timeout":"0s"}`, nil, rollout.Failed},
		"a timeout":                      {notFoundRecording, `{"failFast":"off","soak":"1s","timeout":"5s"}`, nil, rollout.Failed},
		"a timeout that is given":        {notFoundRecording, `{"failFast":"off","soak":"1s","timeout":"5s"}`, []string{"--timeout=0"}, rollout.Undecided},
		"a timeout below its soak":       {notFoundRecording, `{"failFast":"off","soak":"15s","timeout":"0s"}`, []string{"--timeout=5s"}, rollout.Failed},
		"a timeout below the default":    {notFoundRecording, `null`, []string{"--fail-fast=off", "--timeout=5s"}, rollout.Failed},
		"nothing, from an older release": {goodRecording, `null`, nil, rollout.Succeeded},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"replay", "--instant", "-o", "result", withPolicy(t, test.recording, test.policy)}, test.args...)
			_, out, errOut := runOffline(t, args...)
			var r rollout.Result
			if err := json.Unmarshal([]byte(out), &r); err != nil || r.Outcome != test.outcome {
				t.Errorf("%v, %s: %s", err, r.Outcome, errOut)
			}
		})
	}
}

// withPolicy copies a recording and writes a policy into its UPDATE line.
func withPolicy(t *testing.T, recording, policy string) string {
	t.Helper()
	file, err := os.Open(recording)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	const update = `"type":"UPDATE","object":{`
	if strings.Count(string(text), update) != 1 {
		t.Fatal("no UPDATE line")
	}
	name := filepath.Join(t.TempDir(), "with-policy.jsonl")
	if err := os.WriteFile(name, []byte(strings.Replace(string(text), update, update+`"policy":`+policy+`,`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
