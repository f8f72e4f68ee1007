package acceptance

import (
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// later waits until another second has begun: the API tells times in whole ones, so that what happened
// within one can't be told apart.
func later(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: later")
	}
	now := time.Now()
	<-time.After(now.Truncate(time.Second).Add(time.Second).Sub(now))
}
