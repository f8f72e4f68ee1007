package rollout

import (
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 123456, time.UTC)

func TestStampFor(t *testing.T) {
	findings := []diagnosis.Finding{{Cause: diagnosis.OOMKilled, Message: strings.Repeat("é", 300)}, {Cause: diagnosis.CrashLoop}}
	for outcome, want := range map[Outcome]StampOutcome{
		Succeeded: StampGood, Failed: StampBad, RolledBack: StampBad, RollbackFailed: StampBad,
		Superseded: "", Interrupted: "", TimedOut: "", Unchanged: "", Refused: "", Undecided: "",
	} {
		stamp, ok := StampFor("abc", outcome, findings, noon, "ci")
		if ok != (want != "") || stamp.Outcome != want {
			t.Errorf("%s: %v %+v", outcome, ok, stamp)
		}
		if (stamp.Cause == diagnosis.OOMKilled) != (want == StampBad) || len(stamp.Message) > maxStampMessage+len("…") {
			t.Errorf("%s: cause %q, %d bytes of message", outcome, stamp.Cause, len(stamp.Message))
		}
	}
	if _, ok := StampFor("", Succeeded, nil, noon, ""); ok {
		t.Error("a stamp for no revision")
	}
}

func TestStampOf(t *testing.T) {
	stamp, _ := StampFor("abc", Failed, []diagnosis.Finding{{Cause: diagnosis.OOMKilled, Message: "gone"}}, noon, "ci")
	for name, test := range map[string]struct {
		hash, value string
		trusted     bool
	}{
		"its own":              {"abc", stamp.Encode(), true},
		"copied from another":  {"xyz", stamp.Encode(), false},
		"not of this program":  {"abc", "yes", false},
		"no hash at all":       {"", `{"hash":"","outcome":"good"}`, false},
		"an unknown outcome":   {"abc", `{"hash":"abc","outcome":"perhaps"}`, false},
		"written by a younger": {"abc", `{"hash":"abc","outcome":"good","more":1}`, true},
	} {
		r := &workload.Revision{Hash: test.hash, Annotations: map[string]string{workload.AnnotationVerdict: test.value}}
		got := StampOf(r)
		if (got != nil) != test.trusted {
			t.Errorf("%s: %+v", name, got)
		}
		if name == "its own" && (*got != stamp || !got.At.Equal(noon.Truncate(time.Second))) {
			t.Errorf("got %+v, want %+v", got, stamp)
		}
	}
	if StampOf(&workload.Revision{Hash: "abc"}) != nil {
		t.Error("a stamp out of nothing")
	}
}

// TestAmend: what the pods show at the next change corrects the stamp.
func TestAmend(t *testing.T) {
	bad, _ := StampFor("abc", Failed, []diagnosis.Finding{{Cause: diagnosis.Unschedulable}}, noon, "ci")
	good, _ := StampFor("abc", Succeeded, nil, noon, "ci")
	complete := good
	complete.Outcome = StampComplete
	crashed := func(after time.Duration) diagnosis.Stand {
		return diagnosis.Stand{Crashing: 2, Crashed: noon.Add(after)}
	}
	for name, test := range map[string]struct {
		stamp   Stamp
		serving bool
		pods    diagnosis.Stand
		after   time.Duration
		want    StampOutcome
	}{
		"it failed, and serves":                  {stamp: bad, serving: true, after: time.Hour, want: StampGood},
		"it failed, and does not serve":          {stamp: bad, after: time.Hour},
		"it failed a moment ago":                 {stamp: bad, serving: true, after: 9 * time.Minute},
		"it is good, and serves":                 {stamp: good, serving: true, after: time.Hour},
		"it was good, and crashes":               {stamp: good, pods: crashed(time.Minute), after: time.Hour, want: StampBad},
		"it was complete, and crashes":           {stamp: complete, pods: crashed(time.Minute), after: time.Hour, want: StampBad},
		"it was complete, and crashed once":      {stamp: complete, pods: diagnosis.Stand{Crashing: 1, Recovering: 1, Restarts: 1, Crashed: noon.Add(time.Minute)}, after: time.Hour},
		"it crashed before it was verified":      {stamp: good, pods: crashed(-time.Minute), after: time.Minute},
		"one pod crashes, enough others serve":   {stamp: good, serving: true, pods: diagnosis.Stand{Settled: 3, Crashing: 1, Crashed: noon.Add(time.Minute)}, after: time.Hour},
		"it is good, and its pods are not ready": {stamp: good, after: time.Hour},
		"it was never judged":                    {stamp: Stamp{}, serving: true, after: time.Hour},
		"it was never judged, and crashes":       {stamp: Stamp{}, pods: crashed(time.Minute), after: time.Hour},
	} {
		revision := &workload.Revision{Hash: "abc", Total: 3, Annotations: map[string]string{workload.AnnotationVerdict: test.stamp.Encode()}}
		before := &Before{Revision: revision, Serving: test.serving, pods: test.pods}
		stamp, ok := before.Amend(noon.Add(test.after), "ci")
		if ok != (test.want != "") || stamp.Outcome != test.want || ok && (stamp.Hash != "abc" || stamp.Cause != "") {
			t.Errorf("%s: %v %+v", name, ok, stamp)
		}
		if stamp.Outcome == StampBad && stamp.describe() != "is marked as failed (2 of 3 pods restarted after its rollout was complete)" {
			t.Errorf("%s: %s", name, stamp.describe())
		}
	}
	for name, before := range map[string]*Before{"not captured": nil, "not yet made": {Serving: true}} {
		if stamp, ok := before.Amend(noon, ""); ok {
			t.Errorf("%s: %+v", name, stamp)
		}
	}
}

// A verdict that no pod of the revision bears out must not stand in for one that was earned.
func TestStampOfAVerdictThatProvesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		state WorkloadState
		want  StampOutcome
	}{
		"verified":                {succeeded(soak{lasted: true, readied: noon}), StampGood},
		"no soak, ready for long": {succeeded(soak{readied: noon.Add(-15 * time.Second)}), StampGood},
		"no soak, ready just now": {succeeded(soak{readied: noon.Add(-14 * time.Second)}), StampComplete},
		"no soak, pods not seen":  {succeeded(soak{}), StampComplete},
		"scaled to 0":             {WorkloadState{Outcome: Succeeded}, ""},
		"it crashes":              {WorkloadState{Outcome: Failed, Counts: Counts{Desired: 3}, Findings: []diagnosis.Finding{{Cause: diagnosis.CrashLoop}}}, StampBad},
		"paused by somebody":      {WorkloadState{Outcome: Failed, Counts: Counts{Desired: 3}, Findings: []diagnosis.Finding{{Cause: diagnosis.Paused}}}, ""},
		"it crashes, also paused": {WorkloadState{Outcome: Failed, Counts: Counts{Desired: 3}, Findings: []diagnosis.Finding{{Cause: diagnosis.CrashLoop}, {Cause: diagnosis.Paused}}}, StampBad},
	} {
		stamp, ok := test.state.Stamp("abc", noon, "ci")
		if ok != (test.want != "") || stamp.Outcome != test.want {
			t.Errorf("%s: %v %+v", name, ok, stamp)
		}
	}
}

func succeeded(s soak) WorkloadState {
	return WorkloadState{Outcome: Succeeded, Counts: Counts{Desired: 3}, memory: memory{soak: s}}
}

// TestStampOver: what was verified is not forgotten for a passing look.
func TestStampOver(t *testing.T) {
	good, complete, bad := Stamp{Outcome: StampGood}, Stamp{Outcome: StampComplete}, Stamp{Outcome: StampBad}
	for name, test := range map[string]struct {
		stamp    Stamp
		standing *Stamp
		want     bool
	}{
		"the first":              {complete, nil, true},
		"complete over good":     {complete, &good, false},
		"complete over failed":   {complete, &bad, true},
		"good over complete":     {good, &complete, true},
		"failed over good":       {bad, &good, true},
		"complete over complete": {complete, &complete, true},
	} {
		if test.stamp.Over(test.standing) != test.want {
			t.Errorf("%s: %v", name, !test.want)
		}
	}
}

// What runs in a container may write anything: none of it stays in an annotation.
func TestStampKeepsNoOutput(t *testing.T) {
	code := int32(1)
	for _, finding := range []diagnosis.Finding{
		{Cause: diagnosis.CrashLoop, Message: "password hunter2 rejected", ExitCode: &code},
		{Cause: diagnosis.OOMKilled, Message: "password hunter2 rejected", ExitCode: &code},
		{Cause: diagnosis.ReadinessFailing, Message: "Readiness probe failed: password hunter2 rejected"},
		{Cause: diagnosis.StartupFailing, Message: "Startup probe failed: password hunter2 rejected"},
		{Cause: diagnosis.LivenessFailing, Message: "Liveness probe failed: password hunter2 rejected"},
		{Cause: diagnosis.LifecycleHookFailed, Message: "PostStartHook failed: password hunter2 rejected"},
		{Cause: diagnosis.InitFailed, Message: "password hunter2 rejected"},
	} {
		stamp, _ := StampFor("abc", Failed, []diagnosis.Finding{finding}, noon, "ci")
		if strings.Contains(stamp.Encode(), "hunter2") {
			t.Errorf("%s: %s", finding.Cause, stamp.Encode())
		}
	}
	if stamp, _ := StampFor("abc", Failed, []diagnosis.Finding{{Cause: diagnosis.ImageNotFound, Message: "web:2 not found"}}, noon, ""); stamp.Message == "" {
		t.Error("the cluster's own words are lost")
	}
}
