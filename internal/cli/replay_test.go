package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// A recording of a real kubelet whose image does not exist, and one of a good release.
const (
	notFoundRecording = "../../pkg/rollout/testdata/recordings/a-image-tag-not-found.jsonl.gz"
	// Our own, of a release that was rolled back.
	rolledBackRecording = "testdata/rolled-back.jsonl.gz"
	crashRecording      = "e5-crash-then-undo.jsonl.gz"
	goodRecording       = "../../pkg/rollout/testdata/recordings/y-healthy-quick.jsonl.gz"
)

func TestReplay(t *testing.T) {
	for name, test := range map[string]struct {
		args    []string
		code    int
		outcome rollout.Outcome
	}{
		"a good one":                        {[]string{goodRecording}, exitOK, rollout.Succeeded},
		"a bad one":                         {[]string{notFoundRecording}, exitFailed, rollout.Failed},
		"rolled back":                       {[]string{rolledBackRecording}, exitRolledBack, rollout.RolledBack},
		"rolled back before these flags do": {[]string{rolledBackRecording, "--fail-fast=off"}, exitError, rollout.Undecided},
		"judged more patiently":             {[]string{notFoundRecording, "--fail-fast=off"}, exitError, rollout.Undecided},
		"a soak that is longer":             {[]string{goodRecording, "--soak=1h"}, exitError, rollout.Undecided},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errOut := runOffline(t, append([]string{"replay", "--instant", "-o", "result"}, test.args...)...)
			var r rollout.Result
			if err := json.Unmarshal([]byte(out), &r); err != nil {
				t.Fatalf("%v: %s%s", err, out, errOut)
			}
			if code != test.code || r.ExitCode != test.code || r.Outcome != test.outcome {
				t.Errorf("exit code %d, and %d %s in the result; want %d %s", code, r.ExitCode, r.Outcome, test.code, test.outcome)
			}
			if strings.Contains(errOut, "breaks off") {
				t.Errorf("it is whole: %s", errOut)
			}
		})
	}
}

// A replay goes on to the end of the rollback, and says of it what was said then.
func TestReplayShowsTheRollback(t *testing.T) {
	_, out, _ := runOffline(t, "replay", "--instant", "-o", "result", rolledBackRecording)
	var r rollout.Result
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	w := r.Workloads[0]
	if w.Rollback == nil || w.Rollback.Outcome != rollout.Succeeded || w.Rollback.Revision != (rollout.Revisions{From: 2, To: 3}) || w.Findings[0].Cause != diagnosis.ImageNotFound {
		t.Errorf("%+v", w)
	}
	_, _, watched := runOffline(t, "replay", "--speed=1e6", rolledBackRecording)
	for _, line := range []string{
		"  failed\n", "  rolling back to revision 1 (web:1.0): it was serving before this change\n", "  revision 3: web-", "  rolled back\n",
		"rolled back to revision 3 (web:1.0) and verified\n",
	} {
		if !strings.Contains(watched, line) {
			t.Errorf("no %q in\n%s", line, watched)
		}
	}
}

// The verdict alone is one sentence; a replay that can be watched says more.
func TestReplayShows(t *testing.T) {
	if code, out, errOut := runOffline(t, "replay", "--instant", goodRecording); code != exitOK || out+errOut != "deployment/web: rolled out web:1.1 as revision 2 in 0:32\n" {
		t.Errorf("a good one says %d %q %q", code, out, errOut)
	}
	_, out, errOut := runOffline(t, "replay", "--instant", notFoundRecording)
	if out != "" || !strings.HasPrefix(errOut, "error: deployment/web: ") || !strings.Contains(errOut, "ImageNotFound") {
		t.Errorf("a bad one says %q %q", out, errOut)
	}
	_, _, watched := runOffline(t, "replay", "--speed=1e6", notFoundRecording)
	if !strings.Contains(watched, "0 of 3 updated") && !strings.Contains(watched, "1 of 3 updated") || !strings.HasSuffix(watched, errOut) {
		t.Errorf("watched, it says\n%s\nand should end with\n%s", watched, errOut)
	}
	_, _, events := runOffline(t, "replay", "--instant", "--progress=ndjson", notFoundRecording)
	for line := range strings.Lines(events) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
}

// A replay has no cluster: the pods of the recording may be gone.
func TestReplayNamesNoPodToAskFor(t *testing.T) {
	for _, file := range []string{notFoundRecording, "../../pkg/rollout/testdata/recordings/" + crashRecording} {
		_, _, errOut := runOffline(t, "replay", "--instant", file)
		_, _, watched := runOffline(t, "replay", "--speed=1e6", file)
		_, out, _ := runOffline(t, "replay", "--instant", "-o", "result", file)
		for _, text := range []string{errOut, watched, out} {
			if strings.Contains(text, "describe pod") || strings.Contains(text, "kubectl logs") {
				t.Errorf("%s:\n%s", file, text)
			}
		}
		if file == notFoundRecording && !strings.Contains(errOut, "next: kubectl app set image deployment/web") {
			t.Errorf("what helps is missing: %s", errOut)
		}
	}
}

func TestReplayOfWhatBreaksOff(t *testing.T) {
	packed, err := os.ReadFile(notFoundRecording)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"cut.jsonl": text[:len(text)/20], "cut.jsonl.gz": packed[:len(packed)/4]} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			code, _, errOut := runOffline(t, "replay", "--instant", file)
			if code != exitError || strings.Count(errOut, "warning: "+cutWarning[:20]) != 1 || !strings.Contains(errOut, "no verdict: the recording ends too early") {
				t.Errorf("exit code %d\n%s", code, errOut)
			}
			code, out, _ := runOffline(t, "replay", "--instant", "-o", "result", file)
			var r rollout.Result
			if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitError || len(r.Warnings) != 1 || r.Warnings[0] != cutWarning {
				t.Errorf("exit code %d, %v: %s", code, err, out)
			}
		})
	}
}

func TestReplayOfNoRecording(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.jsonl")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for file, says := range map[string]string{
		empty:                      "empty.jsonl: the recording holds no workload",
		"-":                        "-: the recording holds no workload",
		empty + ".none":            "recording " + empty + ".none: no such file",
		"../../docs/exit-codes.md": "not a recording: ../../docs/exit-codes.md, line 1\n",
	} {
		want := exitError
		if strings.HasSuffix(file, ".none") {
			want = exitUsage
		}
		code, out, errOut := runOffline(t, "replay", "--instant", file)
		if code != want || out != "" || !strings.Contains(errOut, says) {
			t.Errorf("%s: exit code %d, %q", file, code, errOut)
		}
	}
}
