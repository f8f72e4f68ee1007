package acceptance

import (
	"context"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// exercise walks through an exercise of the workshop: its start, a check that misses MISSING first, a hint that says HINT,
// the solution, and a check that passes.
func exercise(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: exercise ID MISSING HINT")
	}
	id := args[0]
	workshop := func(args ...string) error {
		return ts.Exec("kubectl", append([]string{"app", "lab", "workshop"}, args...)...)
	}
	ts.Check(workshop("end", id)) // of an earlier round
	namespaces := of(ts).client.CoreV1().Namespaces()
	ts.Defer(func() { // nobody waits for it, as with the namespace of a script
		_ = namespaces.Delete(context.Background(), "workshop-"+id, metav1.DeleteOptions{})
	})
	ts.Check(workshop("start", id))
	firstMissing(ts, id, regexp.MustCompile(args[1]))
	ts.Check(workshop("hint", id))
	if said := ts.ReadFile("stdout"); !regexp.MustCompile("hint 1 of 3: .*" + args[2]).MatchString(unwrapped(said)) {
		ts.Fatalf("the hint does not say %q:\n%s", args[2], said)
	}
	ts.Check(workshop("solve", "--run", id))
	ts.Check(workshop("check", "--wait", patience.String(), id))
}

// missing awaits what an exercise misses first.
func missing(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: missing ID MISSING")
	}
	firstMissing(ts, args[0], regexp.MustCompile(args[1]))
}

// firstMissing checks until what is missing first is what the exercise is about: pods may not be ready at the start.
func firstMissing(ts *testscript.TestScript, id string, pattern *regexp.Regexp) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		check(ts, 1, ts.Exec("kubectl", "app", "lab", "workshop", "check", id))
		said := unwrapped(ts.ReadFile("stdout"))
		if _, first, _ := strings.Cut(said, "✗ "); pattern.MatchString(first) {
			return
		}
		if ctx.Err() != nil {
			ts.Fatalf("%q is not what is missing first:\n%s", pattern, said)
		}
	}
}

// unwrapped joins the lines of a text.
func unwrapped(text string) string { return strings.Join(strings.Fields(text), " ") }
