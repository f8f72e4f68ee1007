package acceptance

import (
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var schemaFiles = map[string]string{
	"result":     "release-result.v1alpha1.json",
	"events":     "event.v1alpha1.json",
	"consumers":  "consumer-report.v1alpha1.json",
	"why":        "why-report.v1alpha1.json",
	"status":     "status-report.v1alpha1.json",
	"statuslist": "status-list.v1alpha1.json",
	"autoscaler": "autoscaler-report.v1alpha1.json",
}

// schema validates the JSON documents of stdout, or of a file, one by one.
func schema(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 || schemaFiles[args[0]] == "" {
		ts.Fatalf("usage: schema result|events|consumers|why|status|statuslist|autoscaler [FILE]")
	}
	file := "stdout"
	if len(args) == 2 {
		file = args[1]
	}
	compiled, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "docs", "schema", schemaFiles[args[0]]))
	ts.Check(err)
	documents := []string{ts.ReadFile(file)}
	if args[0] == "events" {
		documents = strings.Split(strings.TrimSpace(documents[0]), "\n")
	}
	for _, document := range documents {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
		if err != nil {
			ts.Fatalf("%s: %v: %s", file, err, document)
		}
		if err := compiled.Validate(value); err != nil {
			ts.Fatalf("%s: %v: %s", file, err, document)
		}
	}
}
