package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout/recording"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const testdata = "../rollout/testdata/"

// recorded are the objects at the end of a recording, as a list of its namespace would bring them, and the rest of it.
func recorded(t *testing.T, name string) (*app.Objects, *recording.Scene) {
	t.Helper()
	text, err := os.ReadFile(testdata + name + ".jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	scene, err := recording.ReadScene(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := recording.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	objects := app.NewObjects()
	for {
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return objects, scene
		}
		if err != nil {
			t.Fatal(err)
		}
		o := decoded(t, line.Object)
		switch {
		case o == nil:
		case line.Type == recording.Deleted:
			objects.Delete(o)
		default:
			objects.Put(o)
		}
	}
}

func decoded(t *testing.T, text []byte) workload.API {
	t.Helper()
	var kind metav1.TypeMeta
	if len(text) == 0 || json.Unmarshal(text, &kind) != nil {
		return nil
	}
	var o workload.API
	if k, h := workload.KindNamed(kind.Kind), workload.HistoryNamed(kind.Kind); h != nil {
		o = h.Make()
	} else if k != nil {
		o = k.Make()
	} else {
		return nil
	}
	if err := json.Unmarshal(text, o); err != nil {
		t.Fatal(err)
	}
	return o
}

// The list names the cause of each recording, by lists of objects and what the look wants; and none where all serves.
func TestListNamesTheCause(t *testing.T) {
	text, err := os.ReadFile(testdata + "truth.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		name, truth, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || name == "#" {
			continue
		}
		want := diagnosis.Cause(strings.TrimPrefix(truth, "-"))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects, scene := recorded(t, name)
			entries := objects.Entries(func(string) []string { return nil }, func(...metav1.Object) {}, scene.Now)
			for _, e := range entries {
				for range 2 {
					wants := e.Look(false)
					if e.Ref == scene.Workloads()[0] {
						e.Take(scene.Observed(e.Ref, wants))
					}
				}
				e.Look(true)
			}
			list := app.NewList("", entries, nil, scene.Now)
			if len(list.Items) == 0 {
				t.Fatal("no workload is listed")
			}
			first := list.Items[0]
			if first.Object != scene.Workloads()[0] || first.Cause != want {
				t.Errorf("%s %s: %s: %s, want %q", first.Object, first.State, first.Cause, first.Message, want)
			}
			if (want == "") != (list.State == app.Well) {
				t.Errorf("state %s", list.State)
			}
			if want != "" && first.Detail == "" {
				t.Error("no detail")
			}
		})
	}
}
