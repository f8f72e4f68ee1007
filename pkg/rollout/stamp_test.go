package rollout

import (
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 123456, time.UTC)

func TestStampFor(t *testing.T) {
	findings := []Finding{{Cause: OOMKilled, Message: strings.Repeat("é", 300)}, {Cause: CrashLoop}}
	for outcome, want := range map[Outcome]StampOutcome{
		Succeeded: StampGood, Failed: StampBad, RolledBack: StampBad, RollbackFailed: StampBad,
		Superseded: "", Interrupted: "", TimedOut: "", Unchanged: "", Refused: "", Undecided: "",
	} {
		stamp, ok := StampFor("abc", outcome, findings, noon, "ci")
		if ok != (want != "") || stamp.Outcome != want {
			t.Errorf("%s: %v %+v", outcome, ok, stamp)
		}
		if (stamp.Cause == OOMKilled) != (want == StampBad) || len(stamp.Message) > maxStampMessage+len("…") {
			t.Errorf("%s: cause %q, %d bytes of message", outcome, stamp.Cause, len(stamp.Message))
		}
	}
	if _, ok := StampFor("", Succeeded, nil, noon, ""); ok {
		t.Error("a stamp for no revision")
	}
}

func TestStampOf(t *testing.T) {
	stamp, _ := StampFor("abc", Failed, []Finding{{Cause: OOMKilled, Message: "gone"}}, noon, "ci")
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

// TestAmend: a bad stamp heals when the revision serves all the same.
func TestAmend(t *testing.T) {
	bad, _ := StampFor("abc", Failed, []Finding{{Cause: Unschedulable}}, noon, "ci")
	good, _ := StampFor("abc", Succeeded, nil, noon, "ci")
	for name, test := range map[string]struct {
		stamp   Stamp
		serving bool
		after   time.Duration
		want    bool
	}{
		"it failed, and serves":         {bad, true, time.Hour, true},
		"it failed, and does not serve": {bad, false, time.Hour, false},
		"it failed a moment ago":        {bad, true, 9 * time.Minute, false},
		"it is good already":            {good, true, time.Hour, false},
		"it was never judged":           {Stamp{}, true, time.Hour, false},
	} {
		revision := &workload.Revision{Hash: "abc", Annotations: map[string]string{workload.AnnotationVerdict: test.stamp.Encode()}}
		before := &Before{Revision: revision, Serving: test.serving}
		stamp, ok := before.Amend(noon.Add(test.after), "ci")
		if ok != test.want || ok && (stamp.Outcome != StampGood || stamp.Hash != "abc" || stamp.Cause != "") {
			t.Errorf("%s: %v %+v", name, ok, stamp)
		}
	}
	for name, before := range map[string]*Before{"taken up": nil, "not yet made": {Serving: true}} {
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
		"verified":                {WorkloadState{Outcome: Succeeded, Counts: Counts{Desired: 3}}, StampGood},
		"scaled to 0":             {WorkloadState{Outcome: Succeeded}, ""},
		"it crashes":              {WorkloadState{Outcome: Failed, Counts: Counts{Desired: 3}, Findings: []Finding{{Cause: CrashLoop}}}, StampBad},
		"paused by somebody":      {WorkloadState{Outcome: Failed, Counts: Counts{Desired: 3}, Findings: []Finding{{Cause: Paused}}}, ""},
		"it crashes, also paused": {WorkloadState{Outcome: Failed, Counts: Counts{Desired: 3}, Findings: []Finding{{Cause: CrashLoop}, {Cause: Paused}}}, StampBad},
	} {
		stamp, ok := test.state.Stamp("abc", noon, "ci")
		if ok != (test.want != "") || stamp.Outcome != test.want {
			t.Errorf("%s: %v %+v", name, ok, stamp)
		}
	}
}
