package layouttest

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const schemas = "../../docs/schema"

// Compile reads a schema of docs/schema.
func Compile(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiled, err := compiler.Compile(filepath.Join(schemas, file))
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// Validate checks a document by its schema.
func Validate(t *testing.T, s *jsonschema.Schema, document []byte) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(value); err != nil {
		t.Errorf("%v\n%s", err, document)
	}
}

// Schema is the part of a schema that tests read.
type Schema struct {
	Properties map[string]map[string]any `json:"properties"`
	Defs       map[string]map[string]any `json:"$defs"`
}

// Load reads a schema of docs/schema as text.
func Load(t *testing.T, file string) Schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(schemas, file))
	if err != nil {
		t.Fatal(err)
	}
	var s Schema
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// Enum returns the values of a set of $defs, or those of the property "type".
func Enum(t *testing.T, file, set string) []string {
	t.Helper()
	s := Load(t, file)
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

// Constants reads the source of a package: its typed string constants, by type.
func Constants(t *testing.T, folder string) map[string][]string {
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
