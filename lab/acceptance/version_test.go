package acceptance

import (
	"context"
	"encoding/json"

	"github.com/rogpeppe/go-internal/testscript"
)

// remember notes what a Deployment says.
func remember(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: remember [TYPE/]NAME")
	}
	of(ts).versions[args[0]] = said(ts, args[0])
}

// unchanged fails if anything was written to a remembered workload.
func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: unchanged [TYPE/]NAME")
	}
	before, known := of(ts).versions[args[0]]
	if !known {
		ts.Fatalf("remember %s first", args[0])
	}
	if now := said(ts, args[0]); (now == before) == neg {
		ts.Fatalf("%s was\n%s\nand is\n%s", args[0], before, now)
	}
}

// said is a workload without its status, which its controller may write at any time. What anyone
// else writes is in the rest, if only as a new generation.
func said(ts *testscript.TestScript, name string) string {
	s := of(ts)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w, err := s.read(ctx, name)
	ts.Check(err)
	text, err := json.Marshal(w.spec)
	ts.Check(err)
	return string(text)
}
