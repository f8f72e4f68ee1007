package recording

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// marked is a line and what it is about.
type marked struct {
	Line
	kind, id string
}

func mark(l Line) marked {
	var head struct {
		Kind     string `json:"kind"`
		Metadata struct {
			UID string `json:"uid"`
		} `json:"metadata"`
	}
	_ = json.Unmarshal(l.Object, &head) // what is no object has no kind
	m := marked{Line: l, kind: head.Kind}
	if head.Metadata.UID != "" {
		m.id = head.Kind + "/" + head.Metadata.UID
	}
	return m
}

func made(t float64, kind, object string) marked {
	return mark(Line{T: t, Type: kind, Object: json.RawMessage(object)})
}

func (m marked) as(kind string, t float64) marked {
	m.Type, m.T = kind, t
	return m
}

var recordings sync.Map // name to lines, which are shared and not changed

func read(t *testing.T, name string) []marked {
	t.Helper()
	if lines, ok := recordings.Load(name); ok {
		return lines.([]marked)
	}
	file, err := os.Open("../testdata/recordings/" + name + ".jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in, err := NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []marked
	for {
		l, err := in.Next()
		if errors.Is(err, io.EOF) {
			recordings.Store(name, lines)
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, mark(l))
	}
}

func run(t *testing.T, lines []marked, policy rollout.Policy) Frame {
	t.Helper()
	replay := &Replay{in: &given{lines}, policy: policy, stage: newStage()}
	last, err := replay.last()
	if err != nil {
		t.Fatal(err)
	}
	return last
}

// given is a source of lines that are there already.
type given struct{ lines []marked }

func (g *given) Next() (Line, error) {
	if len(g.lines) == 0 {
		return Line{}, io.EOF
	}
	l := g.lines[0].Line
	g.lines = g.lines[1:]
	return l, nil
}

func (g *given) Line() int { return 0 }

func inText(change func(string) string) func([]marked) []marked {
	return func(lines []marked) []marked {
		all := make([]marked, len(lines))
		for i, l := range lines {
			l.Object = json.RawMessage(change(string(l.Object)))
			all[i] = l
		}
		return all
	}
}

func onEvents(change func(map[string]any)) func([]marked) []marked {
	return func(lines []marked) []marked {
		all := make([]marked, len(lines))
		for i, l := range lines {
			if l.kind == "Event" {
				var e map[string]any
				_ = json.Unmarshal(l.Object, &e) // the reader has parsed it
				change(e)
				l.Object, _ = json.Marshal(e)
			}
			all[i] = l
		}
		return all
	}
}
