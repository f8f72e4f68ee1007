package acceptance

import (
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// clockAhead is the time since the start, which tells two lines apart that say the same.
var clockAhead = regexp.MustCompile(`^\s*\d+:\d\d\s+`)

// unrepeated: progress is a line for each thing that changed, and none comes twice.
func unrepeated(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: unrepeated FILE")
	}
	seen := map[string]bool{}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		said := strings.TrimSpace(clockAhead.ReplaceAllString(line, ""))
		if said != "" && seen[said] {
			ts.Fatalf("%s says twice: %s", args[0], said)
		}
		seen[said] = true
	}
}
