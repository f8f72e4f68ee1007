package acceptance

import (
	"bytes"
	"encoding/json"

	"github.com/rogpeppe/go-internal/testscript"
	"k8s.io/client-go/util/jsonpath"
)

// jsonPath compares what an expression, written as for kubectl, finds in stdout or in a file.
func jsonPath(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 && len(args) != 3 {
		ts.Fatalf("usage: jsonpath EXPRESSION WANT [FILE]")
	}
	file := "stdout"
	if len(args) == 3 {
		file = args[2]
	}
	var value any
	if err := json.Unmarshal([]byte(ts.ReadFile(file)), &value); err != nil {
		ts.Fatalf("%s is not JSON: %v", file, err)
	}
	path := jsonpath.New("script").AllowMissingKeys(true)
	ts.Check(path.Parse(args[0]))
	var found bytes.Buffer
	ts.Check(path.Execute(&found, value))
	if (found.String() == args[1]) == neg {
		ts.Fatalf("%s is %q, want %q (negated: %v)", args[0], found.String(), args[1], neg)
	}
}
