package view

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

const (
	schemas = "../../docs/schema"
	engine  = "../../pkg/rollout"
	causes  = "../../pkg/diagnosis"
)

func compile(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiled, err := compiler.Compile(filepath.Join(schemas, file))
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func validate(t *testing.T, s *jsonschema.Schema, document []byte) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(value); err != nil {
		t.Errorf("%v\n%s", err, document)
	}
}

func TestResultsFollowTheirSchema(t *testing.T) {
	schema := compile(t, "release-result.v1alpha1.json")
	all := results()
	all["nothing known"] = rollout.Result{APIVersion: rollout.APIVersion, Kind: rollout.ResultKind, Outcome: rollout.Refused, ExitCode: 3}
	for name, r := range all {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Result(&b, r); err != nil {
				t.Fatal(err)
			}
			validate(t, schema, b.Bytes())
		})
	}
}

func TestEventsFollowTheirSchema(t *testing.T) {
	schema := compile(t, "event.v1alpha1.json")
	var b bytes.Buffer
	if err := NDJSON(&b).Show(Frame{Events: newsOf(deployment())}); err != nil {
		t.Fatal(err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(b.Bytes()), []byte("\n")) {
		validate(t, schema, line)
	}
}

// A field or a value that the schema does not name is refused: the schema says all there is.
func TestSchemasAreClosed(t *testing.T) {
	schema := compile(t, "release-result.v1alpha1.json")
	for _, change := range [][2]string{
		{`"kind": "ReleaseResult"`, `"kind": "ReleaseResult", "extra": 1`},
		{`"cause": "CrashLoop"`, `"cause": "CrashLoopBackOff"`},
		{`"grade": "failing"`, `"grade": "bad"`},
		{`"exitCode": 5`, `"exitCode": 99`},
	} {
		var b bytes.Buffer
		if err := Result(&b, failedResult()); err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(b.String(), change[0], change[1], 1)
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(changed))
		if err != nil || changed == b.String() {
			t.Fatalf("%s: %v", change[0], err)
		}
		if schema.Validate(value) == nil {
			t.Errorf("%s is taken", change[1])
		}
	}
}

// Every constant of the engine's closed sets stands in each schema that has the set, and no other.
func TestSchemasNameEveryConstant(t *testing.T) {
	constants := stringConstants(t, engine)
	maps.Copy(constants, stringConstants(t, causes))
	for _, c := range []struct{ file, set, of string }{
		{"release-result.v1alpha1.json", "cause", "Cause"},
		{"release-result.v1alpha1.json", "grade", "Grade"},
		{"release-result.v1alpha1.json", "outcome", "Outcome"},
		{"event.v1alpha1.json", "cause", "Cause"},
		{"event.v1alpha1.json", "grade", "Grade"},
		{"event.v1alpha1.json", "outcome", "Outcome"},
		{"event.v1alpha1.json", "", "EventType"},
	} {
		want, got := constants[c.of], enum(t, c.file, c.set)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s of %s: %v, the engine has %v", c.of, c.file, got, want)
		}
	}
}

// What both schemas define, they define alike.
func TestSchemasAgree(t *testing.T) {
	a, b := load(t, "release-result.v1alpha1.json").Defs, load(t, "event.v1alpha1.json").Defs
	for name := range maps.Keys(a) {
		if other, both := b[name]; both && !reflect.DeepEqual(a[name], other) {
			t.Errorf("%s differs", name)
		}
	}
}

type schemaFile struct {
	Properties map[string]map[string]any `json:"properties"`
	Defs       map[string]map[string]any `json:"$defs"`
}

func load(t *testing.T, file string) schemaFile {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(schemas, file))
	if err != nil {
		t.Fatal(err)
	}
	var s schemaFile
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// enum returns the values of a set of $defs, or those of the property "type".
func enum(t *testing.T, file, set string) []string {
	t.Helper()
	s := load(t, file)
	of := s.Defs[set]
	if set == "" {
		of = s.Properties["type"]
	}
	members := of["enum"].([]any)
	values := make([]string, len(members))
	for i, m := range members {
		values[i] = m.(string)
	}
	return values
}

// stringConstants reads the source of a package: its typed string constants, by type.
func stringConstants(t *testing.T, folder string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	constants := map[string][]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			kind, typed := spec.Type.(*ast.Ident)
			value, literal := spec.Values[0].(*ast.BasicLit)
			if typed && literal && value.Kind == token.STRING {
				text, err := strconv.Unquote(value.Value)
				if err != nil {
					t.Fatal(err)
				}
				constants[kind.Name] = append(constants[kind.Name], text)
			}
			return true
		})
	}
	return constants
}
