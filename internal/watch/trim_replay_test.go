package watch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/rollout/recording"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// evidence is one recording of a real kubelet for each kind of evidence that the engine reads.
var evidence = []string{
	"a-image-tag-not-found", "ab-evicted-emptydir", "e7-termination-message", "g-oomkilled", "h-readiness-500", "i-liveness-fails",
	"l-missing-secret-key", "m-missing-configmap-volume", "n-unschedulable-cpu", "p-quota-exceeded", "t4-native-sidecar-fails",
	"u-exec-format-error", "w3-slow-pull", "y3-recreate",
}

// What is cut away must be nothing that the engine reads: recordings are judged the same with their
// objects trimmed.
func TestTrimmedObjectsAreJudgedTheSame(t *testing.T) {
	for _, name := range evidence {
		file := filepath.Join("../../pkg/rollout/testdata/recordings", name+".jsonl.gz")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, got := judge(t, whole), judge(t, trimRecording(t, whole))
			if want != got {
				t.Errorf("trimmed:\n%s\nwhole:\n%s", got, want)
			}
		})
	}
}

// judge returns how a recording ends, as JSON.
func judge(t *testing.T, lines []byte) string {
	t.Helper()
	replay, err := recording.NewReplay(bytes.NewReader(lines), rollout.Policy{FailFast: diagnosis.FailFastAuto, Soak: 15 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	var last rollout.State
	for frame, err := range replay.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		last = frame.State
	}
	summary := make([]any, 0, 1+4*len(last.Workloads))
	summary = append(summary, last.Outcome)
	for _, w := range last.Workloads {
		summary = append(summary, w.Outcome, w.Counts, w.Findings, w.Message)
	}
	text, err := json.MarshalIndent(summary, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func trimRecording(t *testing.T, whole []byte) []byte {
	t.Helper()
	in, err := recording.NewReader(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for {
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			return out.Bytes()
		}
		if err != nil {
			t.Fatal(err)
		}
		line.Object = trimJSON(t, line.Object)
		if err := json.NewEncoder(&out).Encode(line); err != nil {
			t.Fatal(err)
		}
	}
}

func trimJSON(t *testing.T, object json.RawMessage) json.RawMessage {
	t.Helper()
	var kind struct{ Kind string }
	if len(object) == 0 {
		return object
	}
	if err := json.Unmarshal(object, &kind); err != nil {
		t.Fatal(err)
	}
	switch kind.Kind {
	case "Deployment":
		return trimmed(t, object, workload.API(&appsv1.Deployment{}), trimWorkload)
	case "ReplicaSet":
		return trimmed(t, object, workload.API(&appsv1.ReplicaSet{}), trimRevision)
	case "Pod":
		return trimmed(t, object, &corev1.Pod{}, trimPod)
	case "Event":
		return trimmed(t, object, &corev1.Event{}, trimEvent)
	default:
		return object
	}
}

func trimmed[T any](t *testing.T, object json.RawMessage, into T, trim func(T)) json.RawMessage {
	t.Helper()
	if err := json.Unmarshal(object, into); err != nil {
		t.Fatal(err)
	}
	trim(into)
	text, err := json.Marshal(into)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
