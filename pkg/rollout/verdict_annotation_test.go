package rollout

import (
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 123456, time.UTC)

func TestVerdictFor(t *testing.T) {
	findings := []diagnosis.Finding{{Cause: diagnosis.OOMKilled, Message: strings.Repeat("é", 300)}, {Cause: diagnosis.CrashLoop}}
	for outcome, want := range map[Outcome]Verdict{
		Succeeded: VerdictGood, Failed: VerdictFailed, RolledBack: VerdictFailed, RollbackFailed: VerdictFailed,
		Superseded: "", Interrupted: "", TimedOut: "", Unchanged: "", Refused: "", Undecided: "",
	} {
		verdict, ok := NewVerdictAnnotation("abc", outcome, findings, noon, "ci")
		if ok != (want != "") || verdict.Outcome != want {
			t.Errorf("%s: %v %+v", outcome, ok, verdict)
		}
		if (verdict.Cause == diagnosis.OOMKilled) != (want == VerdictFailed) || len(verdict.Message) > maxVerdictMessage+len("…") {
			t.Errorf("%s: cause %q, %d bytes of message", outcome, verdict.Cause, len(verdict.Message))
		}
	}
	if _, ok := NewVerdictAnnotation("", Succeeded, nil, noon, ""); ok {
		t.Error("a stamp for no revision")
	}
}

func TestVerdictOf(t *testing.T) {
	verdict, _ := NewVerdictAnnotation("abc", Failed, []diagnosis.Finding{{Cause: diagnosis.OOMKilled, Message: "gone"}}, noon, "ci")
	for name, test := range map[string]struct {
		hash, value string
		trusted     bool
	}{
		"its own":              {"abc", verdict.Encode(), true},
		"copied from another":  {"xyz", verdict.Encode(), false},
		"not of this program":  {"abc", "yes", false},
		"no hash at all":       {"", `{"hash":"","outcome":"good"}`, false},
		"an unknown outcome":   {"abc", `{"hash":"abc","outcome":"perhaps"}`, false},
		"written by a younger": {"abc", `{"hash":"abc","outcome":"good","more":1}`, true},
	} {
		r := &workload.Revision{Hash: test.hash, Annotations: map[string]string{workload.AnnotationVerdict: test.value}}
		got := VerdictOf(r)
		if (got != nil) != test.trusted {
			t.Errorf("%s: %+v", name, got)
		}
		if name == "its own" && (*got != verdict || !got.At.Equal(noon.Truncate(time.Second))) {
			t.Errorf("got %+v, want %+v", got, verdict)
		}
	}
	if VerdictOf(&workload.Revision{Hash: "abc"}) != nil {
		t.Error("a stamp out of nothing")
	}
}

// TestAmend: what the pods show at the next change corrects the stamp.
func TestAmend(t *testing.T) {
	bad, _ := NewVerdictAnnotation("abc", Failed, []diagnosis.Finding{{Cause: diagnosis.Unschedulable}}, noon, "ci")
	good, _ := NewVerdictAnnotation("abc", Succeeded, nil, noon, "ci")
	complete := good
	complete.Outcome = VerdictComplete
	crashed := func(after time.Duration) diagnosis.PodCount {
		return diagnosis.PodCount{Crashing: 2, Crashed: noon.Add(after)}
	}
	for name, test := range map[string]struct {
		verdict VerdictAnnotation
		serving bool
		// rolledOut: its rollout was complete once.
		rolledOut bool
		pods      diagnosis.PodCount
		after     time.Duration
		want      Verdict
	}{
		"it failed, and serves":                  {verdict: bad, serving: true, after: time.Hour, want: VerdictGood},
		"it failed, and does not serve":          {verdict: bad, after: time.Hour},
		"it failed a moment ago":                 {verdict: bad, serving: true, after: 9 * time.Minute},
		"it is good, and serves":                 {verdict: good, serving: true, after: time.Hour},
		"it was good, and crashes":               {verdict: good, pods: crashed(time.Minute), after: time.Hour, want: VerdictFailed},
		"it was complete, and crashes":           {verdict: complete, pods: crashed(time.Minute), after: time.Hour, want: VerdictFailed},
		"it was complete, and crashed once":      {verdict: complete, pods: diagnosis.PodCount{Crashing: 1, Recovering: 1, Restarts: 1, Crashed: noon.Add(time.Minute)}, after: time.Hour},
		"it crashed before it was verified":      {verdict: good, pods: crashed(-time.Minute), after: time.Minute},
		"one pod crashes, enough others serve":   {verdict: good, serving: true, pods: diagnosis.PodCount{Settled: 3, Crashing: 1, Crashed: noon.Add(time.Minute)}, after: time.Hour},
		"it is good, and its pods are not ready": {verdict: good, after: time.Hour},
		"it was never judged":                    {verdict: VerdictAnnotation{}, serving: true, after: time.Hour},
		"it was never judged, and crashed":       {verdict: VerdictAnnotation{}, pods: crashed(time.Minute), after: time.Hour},
		"it was never judged, and crashes on":    {verdict: VerdictAnnotation{}, pods: diagnosis.PodCount{Crashing: 2, Restarts: 6}, after: time.Hour, want: VerdictFailed},
		"it was never judged, and may come up":   {verdict: VerdictAnnotation{}, pods: diagnosis.PodCount{Crashing: 2, Restarts: 5}, after: time.Hour},
		"never judged, and it served once":       {verdict: VerdictAnnotation{}, rolledOut: true, pods: diagnosis.PodCount{Crashing: 2, Restarts: 6}, after: time.Hour},
		"never judged, and others serve":         {verdict: VerdictAnnotation{}, serving: true, pods: diagnosis.PodCount{Crashing: 2, Restarts: 6, Settled: 3}, after: time.Hour},
	} {
		revision := &workload.Revision{Hash: "abc", Total: 3, Annotations: map[string]string{workload.AnnotationVerdict: test.verdict.Encode()}}
		before := &Baseline{Workload: &workload.Workload{RolledOut: test.rolledOut}, Revision: revision, Serving: test.serving, pods: test.pods}
		verdict, ok := before.Amend(noon.Add(test.after), "ci")
		if ok != (test.want != "") || verdict.Outcome != test.want || ok && (verdict.Hash != "abc" || verdict.Cause != "") {
			t.Errorf("%s: %v %+v", name, ok, verdict)
		}
		says := "is marked as failed (2 of 3 pods restarted after its rollout was complete)"
		if test.verdict.Outcome == "" {
			says = "is marked as failed (2 of 3 pods crash)"
		}
		if verdict.Outcome == VerdictFailed && verdict.describe() != says {
			t.Errorf("%s: %s", name, verdict.describe())
		}
	}
	for name, before := range map[string]*Baseline{"not captured": nil, "not yet made": {Serving: true}} {
		if verdict, ok := before.Amend(noon, ""); ok {
			t.Errorf("%s: %+v", name, verdict)
		}
	}
}

// A verdict that no pod of the revision bears out must not stand in for one that was earned.
func TestVerdictOfAVerdictThatProvesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		state WorkloadState
		want  Verdict
	}{
		"verified":                                {succeeded(soak{lasted: true, readied: noon}), VerdictGood},
		"no soak, ready for long":                 {succeeded(soak{readied: noon.Add(-15 * time.Second)}), VerdictGood},
		"no soak, ready just now":                 {succeeded(soak{readied: noon.Add(-14 * time.Second)}), VerdictComplete},
		"no soak, pods not seen":                  {succeeded(soak{}), VerdictComplete},
		"scaled to 0":                             {WorkloadState{Outcome: Succeeded}, ""},
		"it crashes":                              {WorkloadState{Outcome: Failed, Counts: Counts{Desired: 3, Updated: 3}, Findings: []diagnosis.Finding{{Cause: diagnosis.CrashLoop}}}, VerdictFailed},
		"paused by somebody":                      {WorkloadState{Outcome: Failed, Counts: Counts{Desired: 3, Updated: 3}, Findings: []diagnosis.Finding{{Cause: diagnosis.Paused}}}, ""},
		"a pod of another revision is in the way": {WorkloadState{Outcome: Failed, Counts: Counts{Desired: 3}, Findings: []diagnosis.Finding{{Cause: diagnosis.BlockedByPod}, {Cause: diagnosis.DeadlineExceeded}}}, ""},
		"a pod of another revision does not end":  {WorkloadState{Outcome: Failed, Counts: Counts{Desired: 3}, Findings: []diagnosis.Finding{{Cause: diagnosis.StuckTerminating}}}, ""},
		"nobody deletes the old pods":             {WorkloadState{Outcome: Failed, Counts: Counts{Desired: 3}, Findings: []diagnosis.Finding{{Cause: diagnosis.OnDelete}}}, ""},
		"it crashes, also paused":                 {WorkloadState{Outcome: Failed, Counts: Counts{Desired: 3, Updated: 3}, Findings: []diagnosis.Finding{{Cause: diagnosis.CrashLoop}, {Cause: diagnosis.Paused}}}, VerdictFailed},
	} {
		verdict, ok := test.state.VerdictAnnotation("abc", noon, "ci")
		if ok != (test.want != "") || verdict.Outcome != test.want {
			t.Errorf("%s: %v %+v", name, ok, verdict)
		}
	}
}

func succeeded(s soak) WorkloadState {
	return WorkloadState{Outcome: Succeeded, Counts: Counts{Desired: 3, Updated: 3}, memory: memory{soak: s}}
}

// TestStampOver: what was verified is not forgotten for a passing look.
func TestVerdictOver(t *testing.T) {
	good, complete, bad := VerdictAnnotation{Outcome: VerdictGood}, VerdictAnnotation{Outcome: VerdictComplete}, VerdictAnnotation{Outcome: VerdictFailed}
	for name, test := range map[string]struct {
		verdict  VerdictAnnotation
		standing *VerdictAnnotation
		want     bool
	}{
		"the first":              {complete, nil, true},
		"complete over good":     {complete, &good, false},
		"complete over failed":   {complete, &bad, true},
		"good over complete":     {good, &complete, true},
		"failed over good":       {bad, &good, true},
		"complete over complete": {complete, &complete, true},
	} {
		if test.verdict.Over(test.standing) != test.want {
			t.Errorf("%s: %v", name, !test.want)
		}
	}
}

// What runs in a container may write anything: none of it stays in an annotation.
func TestVerdictKeepsNoOutput(t *testing.T) {
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
		verdict, _ := NewVerdictAnnotation("abc", Failed, []diagnosis.Finding{finding}, noon, "ci")
		if strings.Contains(verdict.Encode(), "hunter2") {
			t.Errorf("%s: %s", finding.Cause, verdict.Encode())
		}
	}
	if verdict, _ := NewVerdictAnnotation("abc", Failed, []diagnosis.Finding{{Cause: diagnosis.ImageNotFound, Message: "web:2 not found"}}, noon, ""); verdict.Message == "" {
		t.Error("the cluster's own words are lost")
	}
}

// A workload with the cause that decided the release has failed, too; one with another cause may be its victim.
func TestFailAlike(t *testing.T) {
	found := func(cause diagnosis.Cause, grade diagnosis.Grade) []diagnosis.Finding {
		return []diagnosis.Finding{{Cause: cause, Grade: grade}}
	}
	s := State{Outcome: Failed, Workloads: []WorkloadState{
		{Outcome: Failed, Findings: found(diagnosis.ImageNotFound, diagnosis.Fatal)},
		{Findings: found(diagnosis.ImageNotFound, diagnosis.Fatal)},
		{Findings: found(diagnosis.CrashLoop, diagnosis.Failing)},
		{Findings: found(diagnosis.ImageNotFound, diagnosis.Waiting)},
		{},
		{Outcome: Succeeded, Findings: found(diagnosis.ImageNotFound, diagnosis.Fatal)},
	}}
	s.failAlike()
	for i, want := range []Outcome{Failed, Failed, "", "", "", Succeeded} {
		if got := s.Workloads[i].Outcome; got != want {
			t.Errorf("workload %d: %q, want %q", i, got, want)
		}
	}
}
