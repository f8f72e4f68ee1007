package app_test

import (
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
)

func TestState(t *testing.T) {
	for _, tt := range []struct {
		name    string
		why     chain.State
		notSeen string
		want    app.State
	}{
		{"a cause", chain.Failing, "", app.Failing},
		{"a cause, and no logs", chain.Failing, "pods/log", app.Failing},
		{"what may end by itself", chain.Progressing, "", app.Progressing},
		{"nothing found", chain.NothingFound, "", app.Well},
		{"nothing found, and no events", chain.NothingFound, "events", app.Well},
		{"nothing found, and no pods", chain.NothingFound, "pods", app.Unknown},
		{"it changed while it was read", chain.Unknown, "", app.Unknown},
	} {
		r := chain.Report{State: tt.why}
		if tt.notSeen != "" {
			r.NotSeen = []chain.NotSeen{{Resource: tt.notSeen}}
		}
		if got := app.StateOf(&r); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestSummary(t *testing.T) {
	r := chain.Report{State: chain.NothingFound, Message: "nothing found: 3 of 3 ready"}
	if got := app.Summarize(&r).Message; got != "3 of 3 ready" {
		t.Errorf("well: %q", got)
	}
	r.NotSeen = []chain.NotSeen{{Resource: "pods"}}
	if got := app.Summarize(&r).Message; got != "3 of 3 ready by its status; its pods may not be read" {
		t.Errorf("unseen: %q", got)
	}
}

func TestSickFirst(t *testing.T) {
	for i, s := range app.States {
		if s.Rank() != i {
			t.Errorf("rank of %s: %d", s, s.Rank())
		}
	}
}
