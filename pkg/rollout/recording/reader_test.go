package recording

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

func TestReadsPlainAndGzipped(t *testing.T) {
	const text = "{\"t\":0,\"type\":\"END\"}\n\n  \n{\"t\":1.5,\"type\":\"END\"}" // blank lines, no last newline
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := io.WriteString(z, text); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]io.Reader{"plain": strings.NewReader(text), "gzipped": &zipped} {
		r, err := NewReader(in)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if l, err := r.Next(); err != nil || l.Type != End {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
		if l, err := r.Next(); err != nil || l.T != 1.5 || r.Line() != 4 {
			t.Errorf("%s: %+v in line %d, %v", name, l, r.Line(), err)
		}
		if _, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v, want the end", name, err)
		}
	}
}

func TestReadsLongLines(t *testing.T) {
	long := `{"t":0,"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"` + strings.Repeat("x", 5<<20) + `"}}}`
	r, err := NewReader(strings.NewReader(long + "\n" + long))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if l, err := r.Next(); err != nil || len(l.Object) < 5<<20 {
			t.Errorf("%d bytes, %v", len(l.Object), err)
		}
	}
}

func TestSaysWhichLineIsMalformed(t *testing.T) {
	tests := map[string]string{
		"no JSON":             "nonsense",
		"cut off":             `{"t":1,"type":"ADDED","object":{"ki`,
		"no type":             `{"t":1}`,
		"t is no number":      `{"t":"soon","type":"END"}`,
		"before all time":     `{"t":-1,"type":"END"}`,
		"in a thousand years": `{"t":1e12,"type":"END"}`,
		"object is no Pod":    `{"t":1,"type":"ADDED","object":{"kind":"Pod","spec":{"containers":7}}}`,
		"object is a list":    `{"t":1,"type":"ADDED","object":[]}`,
		"log is no log":       `{"t":1,"type":"LOG","object":{"pod":7}}`,
	}
	for name, line := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Run(strings.NewReader(begun+line+"\n"), rollout.Policy{})
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Line != 3 || !strings.Contains(err.Error(), "line 3") {
				t.Errorf("%v, want an error in line 3", err)
			}
		})
	}
}

const begun = `{"t":0,"type":"INITIAL","object":{"kind":"Deployment","metadata":{"name":"web","namespace":"shop","uid":"d","generation":1}}}
{"t":0,"type":"UPDATE","object":{"kind":"Update","startedAt":"2026-01-01T12:00:00Z"}}
`

func TestUnreadableRecordings(t *testing.T) {
	for name, text := range map[string]string{
		"empty":           "",
		"blank":           "\n\n",
		"no workload":     `{"t":0,"type":"END"}`,
		"broken gzip":     "\x1f\x8b\x00\x00",
		"gzip of nothing": "\x1f\x8b",
	} {
		if _, err := Run(strings.NewReader(text), rollout.Policy{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestEndWithoutVerdictIsUndecided(t *testing.T) {
	last, err := Run(strings.NewReader(begun), rollout.Policy{})
	if err != nil || last.State.Outcome != rollout.Undecided || last.State.Workloads[0].Outcome != rollout.Undecided {
		t.Errorf("%s, %v", last.State.Outcome, err)
	}
}

// A writer that is killed leaves a file that ends anywhere. What it had put there is judged.
func TestReadsWhatAKilledWriterLeft(t *testing.T) {
	const more = `{"t":2,"type":"MODIFIED","object":{"kind":"Deployment","metadata":{"name":"web","namespace":"shop","uid":"d","generation":2}}}` + "\n"
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	mustWrite(t, z, begun)
	if err := z.Flush(); err != nil {
		t.Fatal(err)
	}
	flushed := zipped.Len()
	mustWrite(t, z, more)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]struct {
		text  string
		whole int // how much of it is there at least
	}{
		"plain":   {begun + more, len(begun)},
		"gzipped": {zipped.String(), flushed},
	} {
		for end := file.whole; end <= len(file.text); end++ {
			replay, err := NewReplay(strings.NewReader(file.text[:end]), rollout.Policy{})
			if err != nil {
				t.Fatalf("%s, cut after %d bytes: %v", name, end, err)
			}
			last, err := replay.last()
			if err != nil || last.State.Outcome != rollout.Undecided || !replay.Cut() {
				t.Errorf("%s, cut after %d bytes: %s, %v, cut %v", name, end, last.State.Outcome, err, replay.Cut())
			}
		}
	}
}

func TestAnEndIsNoCut(t *testing.T) {
	replay, err := NewReplay(strings.NewReader(begun+`{"t":3,"type":"END"}`), rollout.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	if last, err := replay.last(); err != nil || last.Elapsed != 3*time.Second || replay.Cut() {
		t.Errorf("ended after %s, %v, cut %v", last.Elapsed, err, replay.Cut())
	}
}

// What was damaged is not taken for what was cut.
func TestDamageIsNoCut(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	mustWrite(t, z, begun)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	damaged := zipped.Bytes()
	damaged[len(damaged)-6] ^= 0xff // of the checksum
	for name, text := range map[string]string{"a last line that is no JSON": begun + "nonsense", "another checksum": string(damaged)} {
		var syntax *SyntaxError
		if _, err := Run(strings.NewReader(text), rollout.Policy{}); !errors.As(err, &syntax) {
			t.Errorf("%s: %v, want an error that names the line", name, err)
		}
	}
}

func mustWrite(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
}

// The clock of a recording never runs backwards.
func TestTimeGoesOn(t *testing.T) {
	r, err := NewReader(strings.NewReader(`{"t":5,"type":"END"}` + "\n" + `{"t":3,"type":"END"}`))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = r.Next()
	if l, _ := r.Next(); l.T != 5 {
		t.Errorf("t is %v, want 5", l.T)
	}
}

// Whatever a recording holds, reading it ends, and ends without a panic.
func FuzzReplay(f *testing.F) {
	f.Add([]byte(begun))
	f.Add([]byte(begun + `{"t":1,"type":"MODIFIED","object":{"kind":"Deployment","metadata":{"name":"web","namespace":"shop","uid":"d","generation":2},"spec":{"replicas":2,"strategy":{"rollingUpdate":{"maxSurge":"x%"}}},"status":{"observedGeneration":2}}}`))
	f.Add([]byte(begun + `{"t":1,"type":"ADDED","object":{"kind":"ReplicaSet","metadata":{"uid":"r","ownerReferences":[{"uid":"d","controller":true}]}}}
{"t":2,"type":"ADDED","object":{"kind":"Pod","metadata":{"uid":"p","name":"p","namespace":"shop","ownerReferences":[{"uid":"r","controller":true}]},"spec":{"containers":[{"name":"a"}]},"status":{"containerStatuses":[{"name":"a","restartCount":9,"state":{"terminated":{"exitCode":1}}}]}}}
{"t":3,"type":"LOG","object":{"pod":"p","namespace":"shop","container":"a","previous":true,"text":"x\ny"}}
{"t":400,"type":"END"}`))
	f.Add([]byte(begun + `{"t":1,"type":"MOD`))
	f.Add([]byte(`{"t":0,"type":"WATCH","object":{"startedAt":"0001-01-01T00:00:00Z"}}` + "\n" + begun))
	f.Add([]byte(`{"t":1,"type":"DELETED","object":{"kind":"Deployment"}}` + "\n" + `{"t":2,"type":"ADDED","object":{"kind":"Deployment"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		frames := 0
		replay, err := NewReplay(bytes.NewReader(data), rollout.Policy{FailFast: diagnosis.FailFastAuto})
		if err != nil {
			return
		}
		for _, err := range replay.Frames() {
			if err != nil {
				return
			}
			if frames++; frames > 100*(len(data)+100) {
				t.Fatal("it does not end")
			}
		}
	})
}
