package acceptance

import (
	"context"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-app/kubectl-app/lab/labtest"
	"github.com/kubectl-app/kubectl-app/lab/state"
)

// ownLab gives a script a lab of its own, for what would disturb the others.
func ownLab(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 2 {
		ts.Fatalf("usage: ownlab [NODES] [without=PARTS]")
	}
	without := ""
	if n := len(args) - 1; n >= 0 && strings.HasPrefix(args[n], "without=") {
		without, args = strings.TrimPrefix(args[n], "without="), args[:n]
	}
	nodes := 1
	if len(args) == 1 {
		nodes, _ = countOf(ts, args)
	}
	lab, err := labtest.Start(context.Background(), labtest.Options{Nodes: nodes, Without: without})
	ts.Check(err)
	ts.Defer(func() { _ = lab.Stop() })
	ts.Setenv(state.HomeVariable, lab.Home)
	ts.Check(of(ts).use(ts, lab.Kubeconfig))
}
