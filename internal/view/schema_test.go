package view

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

const (
	engine = "../../pkg/rollout"
	causes = "../../pkg/diagnosis"
)

func TestResultsFollowTheirSchema(t *testing.T) {
	schema := layouttest.Compile(t, "release-result.v1alpha1.json")
	all := results()
	all["nothing known"] = rollout.Result{APIVersion: rollout.APIVersion, Kind: rollout.ResultKind, Outcome: rollout.Refused, ExitCode: 3}
	for name, r := range all {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Result(&b, r); err != nil {
				t.Fatal(err)
			}
			layouttest.Validate(t, schema, b.Bytes())
		})
	}
}

func TestEventsFollowTheirSchema(t *testing.T) {
	schema := layouttest.Compile(t, "event.v1alpha1.json")
	var b bytes.Buffer
	if err := NDJSON(&b).Show(Frame{Events: newsOf(deployment())}); err != nil {
		t.Fatal(err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(b.Bytes()), []byte("\n")) {
		layouttest.Validate(t, schema, line)
	}
}

// A field or a value that the schema does not name is refused: the schema says all there is.
func TestSchemasAreClosed(t *testing.T) {
	schema := layouttest.Compile(t, "release-result.v1alpha1.json")
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
	constants := layouttest.Constants(t, engine)
	maps.Copy(constants, layouttest.Constants(t, causes))
	for _, c := range []struct{ file, set, of string }{
		{"release-result.v1alpha1.json", "cause", "Cause"},
		{"release-result.v1alpha1.json", "grade", "Grade"},
		{"release-result.v1alpha1.json", "outcome", "Outcome"},
		{"event.v1alpha1.json", "cause", "Cause"},
		{"event.v1alpha1.json", "grade", "Grade"},
		{"event.v1alpha1.json", "outcome", "Outcome"},
		{"event.v1alpha1.json", "", "EventType"},
	} {
		want, got := constants[c.of], layouttest.Enum(t, c.file, c.set)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s of %s: %v, the engine has %v", c.of, c.file, got, want)
		}
	}
}

// What both schemas define, they define alike.
func TestSchemasAgree(t *testing.T) {
	a, b := layouttest.Load(t, "release-result.v1alpha1.json").Defs, layouttest.Load(t, "event.v1alpha1.json").Defs
	for name := range maps.Keys(a) {
		if other, both := b[name]; both && !reflect.DeepEqual(a[name], other) {
			t.Errorf("%s differs", name)
		}
	}
}
