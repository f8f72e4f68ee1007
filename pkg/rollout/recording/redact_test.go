package recording

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// quoting makes controllers, the kubelet and the program quote two variables, one of which comes from a Secret.
var quoting = inText(func(text string) string {
	const env = `"containers":[{"env":[{"name":"DB_PASS","valueFrom":{"secretKeyRef":{"name":"db","key":"pass"}}},{"name":"SEEN","value":"seen-77a91c"}],`
	const quoted = `quoted \"DB_PASS=hunter2\\x00\" and seen-77a91c: `
	return strings.NewReplacer(
		`"containers":[{`, env, `"message":"`, `"message":"`+quoted, `"text":"`, `"text":"seen-77a91c `,
	).Replace(text)
})

// An old recording may hold what this version masks: neither what is judged, and so shown, returned and written
// on revisions, nor a recording that is made of it holds a value.
func TestQuotedValuesAreMasked(t *testing.T) {
	for _, name := range []string{"e-exit1", "a-image-tag-not-found", "p-quota-exceeded", "i-liveness-fails", "e5-crash-then-undo"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := quoting(read(t, name))
			replay := &Replay{in: &given{lines}, policy: release(), stage: newStage()}
			masked := 0
			for frame, err := range replay.Frames() {
				if err != nil {
					t.Fatal(err)
				}
				shown := []any{frame.Events, rollout.NewResult(frame.State, nil, frame.Time)}
				for i := range frame.State.Workloads {
					stamp, _ := frame.State.Workloads[i].VerdictAnnotation("5d4f", frame.Time, "test")
					shown = append(shown, frame.State.Workloads[i].Findings, stamp)
				}
				text, err := json.Marshal(shown)
				if err != nil {
					t.Fatal(err)
				}
				notIn(t, text)
				masked += bytes.Count(text, []byte(`***`))
			}
			if masked == 0 {
				t.Error("no text that was quoted in was shown at all: this tests nothing")
			}
			var out bytes.Buffer
			rewrite(t, NewWriter(&out), lines)
			notIn(t, out.Bytes())
		})
	}
}

func notIn(t *testing.T, text []byte) {
	t.Helper()
	for _, value := range []string{"hunter2", "seen-77a91c"} {
		if at := bytes.Index(text, []byte(value)); at >= 0 {
			t.Fatalf("it gives away %s: …%s", value, text[max(0, at-200):min(len(text), at+40)])
		}
	}
}
