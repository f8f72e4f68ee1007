package rollout

import (
	"encoding/json"
	"testing"
)

// Of a release of two, "web" failed and went back; this is what the other one, which was left where
// it was, makes of the whole.
func TestResultOfAReleaseThatWentBackInPart(t *testing.T) {
	left := web
	left.Name = "left"
	for outcome, want := range map[Outcome]Outcome{
		"":         Failed, // half-way
		Failed:     Failed,
		Succeeded:  RolledBack,
		Superseded: Superseded,
	} {
		release := State{Outcome: Failed, Workloads: []WorkloadState{
			{Target: Target{Ref: web}, Outcome: Failed}, {Target: Target{Ref: left}, Outcome: outcome},
		}}
		back := State{Outcome: Succeeded, Workloads: []WorkloadState{{Target: Target{Ref: web}, Outcome: Succeeded}}}
		r := NewResult(release, &back, noon)
		if r.Outcome != want || r.Workloads[0].Outcome != RolledBack {
			t.Errorf("left as %q: %s, want %s", outcome, r.Outcome, want)
		}
		if !r.Workloads[0].Failed || r.Workloads[1].Failed != (outcome == Failed) {
			t.Errorf("left as %q: failed %v and %v", outcome, r.Workloads[0].Failed, r.Workloads[1].Failed)
		}
	}
}

// A revision that is not known (yet) is no revision 0.
func TestRevisionsOfAResult(t *testing.T) {
	for want, revisions := range map[string]Revisions{`{}`: {}, `{"from":3}`: {From: 3}, `{"from":3,"to":4}`: {From: 3, To: 4}, `{"from":3,"restores":1}`: {From: 3, Restores: 1}} {
		if got, err := json.Marshal(revisions); err != nil || string(got) != want {
			t.Errorf("%+v: %s %v, want %s", revisions, got, err, want)
		}
	}
}
