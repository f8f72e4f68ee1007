package view

import (
	"fmt"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestPrune(t *testing.T) {
	row := func(name string, hours int, reason secrets.PruneReason) secrets.PruneRow {
		return secrets.PruneRow{Reason: reason, Version: secrets.Version{
			Ref: workload.Ref{Kind: "Secret", Namespace: "shop", Name: name}, Created: start.Add(-time.Duration(hours) * time.Hour),
		}}
	}
	rows := []secrets.PruneRow{row("db-5g2h8mtk9b", 900, secrets.PruneUnused), row("db-22222gggkt", 3, secrets.KeepInUse), row("db-4444444444", 0, secrets.KeepYoung)}
	for _, width := range []int{0, 40, 80} {
		terminal, _, out, _ := term.Fake(&term.Screen{Width: width, Height: 24})
		if err := Prune(terminal.Out, "Secret", rows, start); err != nil {
			t.Fatal(err)
		}
		golden(t, fmt.Sprintf("prune/%d", width), out.String())
	}
	terminal, _, out, _ := term.Fake(&term.Screen{})
	if err := Prune(terminal.Out, "Secret", nil, start); err != nil || out.String() != "no Secret here was generated\n" {
		t.Errorf("nothing: %v, %q", err, out)
	}
}
