package acceptance

import (
	"context"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-app/kubectl-app/lab/labtest"
	"github.com/kubectl-app/kubectl-app/lab/state"
)

// ownLab gives a script a lab of its own, for what would disturb the others.
func ownLab(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: ownlab")
	}
	lab, err := labtest.Start(context.Background(), labtest.Options{})
	ts.Check(err)
	ts.Defer(func() { _ = lab.Stop() })
	ts.Setenv(state.HomeVariable, lab.Home)
	ts.Check(of(ts).use(ts, lab.Kubeconfig))
}
