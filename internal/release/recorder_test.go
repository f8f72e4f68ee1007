package release

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func record(kind string, after time.Duration) watch.Record {
	return watch.Record{Time: noon.Add(after), Type: kind, Object: &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}}}
}

// What the watch saw of the change may come before the answer to the write: it stays behind the change.
func TestRecorderPutsTheChangeFirst(t *testing.T) {
	name := filepath.Join(t.TempDir(), "web.jsonl")
	now := noon.Add(3 * time.Second)
	r, err := newRecorder(name, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	tap := r.tap()
	tap(record(watch.Initial, -time.Second))
	tap(record(watch.Modified, 10*time.Millisecond))
	target := rollout.Target{Ref: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}, Generation: 2}
	r.changed(noon, rollout.Policy{}, "set image deployment/web web=web:2", "", []rollout.Target{target})
	tap(record(watch.Modified, 2*time.Second))
	r.rolledBack(nil)
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	if err := r.close(); err != nil {
		t.Errorf("the second close: %v", err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	kinds, times := lines(t, text)
	if want := []string{"INITIAL", "UPDATE", "MODIFIED", "MODIFIED", "ACTION", "END"}; !slices.Equal(kinds, want) {
		t.Errorf("lines %v, want %v", kinds, want)
	}
	if want := []float64{0, 0, 0.01, 2, 3, 3}; !slices.Equal(times, want) {
		t.Errorf("at %v, want %v", times, want)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the recording: %v %v", info.Mode(), err)
	}
}

func TestRecorderZipsByName(t *testing.T) {
	name := filepath.Join(t.TempDir(), "web.jsonl.gz")
	r, err := newRecorder(name, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	r.taken(rollout.Policy{})
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	if kinds, _ := lines(t, text); !slices.Equal(kinds, []string{"WATCH", "END"}) {
		t.Errorf("lines %v", kinds)
	}
}

// A job that is killed closes nothing. Its recording lacks the last second at most, and a storm of
// news costs one flush.
func TestRecorderLeavesAReadableFileWhenKilled(t *testing.T) {
	name := filepath.Join(t.TempDir(), "web.jsonl.gz")
	synctest.Test(t, func(t *testing.T) {
		r, err := newRecorder(name, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		size := func() int64 {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			return info.Size()
		}
		r.tap()(record(watch.Initial, 0))
		r.changed(time.Now(), rollout.Policy{}, "set image deployment/web web=web:2", "", nil)
		begun := size()
		for range 100 {
			r.tap()(record(watch.Modified, 0))
		}
		if early := size(); begun == 0 || early != begun {
			t.Errorf("%d bytes after the beginning, %d after the storm: want the former, and no flush for each line", begun, early)
		}
		<-time.After(flushAfter) // in the bubble's time
		synctest.Wait()
		killed, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		unzipped, err := gzip.NewReader(bytes.NewReader(killed))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(unzipped)
		if kinds, _ := lines(t, text); len(kinds) != 102 || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d lines, %v: want 102, and an end that is missing", len(kinds), err)
		}
		r.tap()(record(watch.Modified, 0))
		if err := r.close(); err != nil {
			t.Error(err)
		}
	})
}

func TestNoRecorder(t *testing.T) {
	r, err := newRecorder("", time.Now)
	if r != nil || err != nil {
		t.Fatalf("%v %v", r, err)
	}
	r.taken(rollout.Policy{})
	r.rolledBack(nil)
	if r.tap() != nil || r.close() != nil {
		t.Error("the recorder that records nothing does something")
	}
	if _, err := newRecorder(t.TempDir(), time.Now); err == nil {
		t.Error("a folder was opened as a recording")
	}
}

func lines(t *testing.T, text []byte) (kinds []string, times []float64) {
	t.Helper()
	for line := range strings.Lines(string(text)) {
		var l struct {
			T    float64 `json:"t"`
			Type string  `json:"type"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		kinds, times = append(kinds, l.Type), append(times, l.T)
	}
	return kinds, times
}
