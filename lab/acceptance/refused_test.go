package acceptance

import (
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// refused repeats a command until it fails: the API server begins to enforce a policy some time after it was
// written, and nothing tells when.
func refused(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: refused PROGRAM ARGS...")
	}
	for ends := time.Now().Add(patience); ts.Exec(args[0], args[1:]...) == nil; <-time.After(50 * time.Millisecond) {
		if time.Now().After(ends) {
			ts.Fatalf("it is not refused: %v", args)
		}
	}
}
