package acceptance

import (
	"fmt"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// requests compares the number of requests that came through the fault proxy.
func requests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || of(ts).proxy == nil {
		ts.Fatalf("usage: requests <=|==|>= N [VERB [RESOURCE]], after faults start")
	}
	want, rest := countOf(ts, args[1:])
	seen := of(ts).proxy.Seen(patternOf(rest))
	holds := map[string]bool{"<=": len(seen) <= want, "==": len(seen) == want, ">=": len(seen) >= want}
	if held, known := holds[args[0]]; !known || !held {
		var list strings.Builder
		for _, r := range seen {
			fmt.Fprintf(&list, "  %s %s %s\n", r.Verb, r.Resource, r.URI)
		}
		ts.Fatalf("%d requests, want %s %d:\n%s", len(seen), args[0], want, list.String())
	}
}

// quiet waits until for a while no request has come through the fault proxy. A client that polls is never quiet.
func quiet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || of(ts).proxy == nil {
		ts.Fatalf("usage: quiet VERB [RESOURCE], after faults start")
	}
	const while, most = 3 * time.Second, 3 * time.Minute
	for began := time.Now(); ; {
		before := len(of(ts).proxy.Seen(patternOf(args)))
		<-time.After(while)
		seen := of(ts).proxy.Seen(patternOf(args))
		if len(seen) == before {
			return
		}
		if time.Since(began) > most {
			ts.Fatalf("the last of %d requests: %s", len(seen), seen[len(seen)-1].URI)
		}
	}
}
