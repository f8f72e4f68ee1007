package page

import (
	"fmt"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestPrune(t *testing.T) {
	row := func(name string, hours int, reason consumers.PruneReason, keeper consumers.Keeper) consumers.PruneRow {
		return consumers.PruneRow{Reason: reason, Keeper: keeper, Version: consumers.Version{
			Ref: workload.Ref{Kind: "Secret", Namespace: "shop", Name: name}, Created: start.Add(-time.Duration(hours) * time.Hour),
		}}
	}
	web := workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	rows := []consumers.PruneRow{
		row("db-5g2h8mtk9b", 900, consumers.PruneUnused, consumers.Keeper{}),
		row("db-22222gggkt", 3, consumers.KeepInUse, consumers.Keeper{Ref: web}),
		row("db-6666666666", 2, consumers.KeepInUse, consumers.Keeper{Ref: web, Revision: 11}),
		row("db-4444444444", 0, consumers.KeepYoung, consumers.Keeper{}),
	}
	for _, width := range []int{0, 40, 80} {
		terminal, _, out, _ := term.Fake(&term.Screen{Width: width, Height: 24})
		if err := Prune(terminal.Out, "Secret", rows, start); err != nil {
			t.Fatal(err)
		}
		layouttest.Golden(t, fmt.Sprintf("prune/%d", width), out.String())
	}
	terminal, _, out, _ := term.Fake(&term.Screen{})
	if err := Prune(terminal.Out, "Secret", nil, start); err != nil || out.String() != "no versions of any Secret in this namespace (set secret --versioned creates them)\n" {
		t.Errorf("nothing: %v, %q", err, out)
	}
}
