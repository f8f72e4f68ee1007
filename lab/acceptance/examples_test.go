package acceptance

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// examples runs each example of a verb's help as it stands there, through a shell as its reader would.
func examples(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: examples [VERB…]")
	}
	ts.Check(ts.Exec("kubectl", append(append([]string{"app"}, args...), "--help")...))
	_, section, _ := strings.Cut(ts.ReadFile("stdout"), "\nExamples:\n")
	ran := 0
	for line := range strings.Lines(section) {
		command, indented := strings.CutPrefix(line, "  ")
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(command, "#"):
			continue
		case !indented: // the next section
			section = ""
		}
		if section == "" {
			break
		}
		if strings.Contains(command, " -w") { // it ends with a signal
			runUntilSignalled(ts, strings.TrimSpace(command))
		} else {
			ts.Check(ts.Exec("sh", "-c", command))
		}
		ran++
	}
	if ran == 0 {
		ts.Fatalf("the help of %q has no examples", strings.Join(args, " "))
	}
}

// runUntilSignalled runs an example that ends with a signal.
func runUntilSignalled(ts *testscript.TestScript, command string) {
	start(ts, false, append([]string{"example"}, strings.Fields(command)...))
	await(ts, false, []string{"example", "[0-9] workload|well|failing"})
	signalJob(ts, false, []string{"example", "INT"})
	finish(ts, false, []string{"example", "130"})
}
