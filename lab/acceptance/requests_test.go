package acceptance

import (
	"fmt"
	"strings"

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
