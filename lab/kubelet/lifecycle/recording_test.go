package lifecycle

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// recording is one pod's part of what a real kubelet reported.
type recording struct {
	start time.Time
	// pod is the new pod as the kubelet first saw it: scheduled, at seen.
	pod  *corev1.Pod
	seen float64
	// pods are its later versions, events those about it with their times.
	pods   []recordedPod
	events []recordedEvent
	logs   []recordedLog
	end    float64
	// resync is when the recording shows the sync that comes each minute or so.
	resync float64
}

type recordedPod struct {
	t   float64
	pod *corev1.Pod
}

type recordedEvent struct {
	t     float64
	event *corev1.Event
}

type recordedLog struct {
	T         float64 `json:"-"`
	Pod       string  `json:"pod"`
	Container string  `json:"container"`
	Previous  bool    `json:"previous"`
	Text      string  `json:"text"`
	Error     string  `json:"error"`
}

type recordedLine struct {
	T      float64         `json:"t"`
	Type   string          `json:"type"`
	Object json.RawMessage `json:"object"`
}

// readRecording follows the first new pod of a recording, or the first old one
// that is deleted.
func readRecording(t *testing.T, name string, old bool) *recording {
	t.Helper()
	r := &recording{}
	for _, line := range readLines(t, name) {
		var head struct{ Kind string }
		if line.Object != nil {
			decode(t, line.Object, &head)
		}
		switch {
		case line.Type == "END":
			r.end = line.T
		case line.Type == "UPDATE":
			var update struct{ StartedAt time.Time }
			decode(t, line.Object, &update)
			r.start = update.StartedAt
		case line.Type == "LOG":
			var log recordedLog
			decode(t, line.Object, &log)
			log.T = line.T
			r.logs = append(r.logs, log)
		case head.Kind == "Pod":
			var pod corev1.Pod
			decode(t, line.Object, &pod)
			r.addPod(line, &pod, old)
		case head.Kind == "Event" && line.Type != "INITIAL":
			var event corev1.Event
			decode(t, line.Object, &event)
			if event.Source.Component == Component {
				r.events = append(r.events, recordedEvent{line.T, &event})
			}
		}
	}
	if r.pod == nil {
		t.Fatalf("%s: no such pod", name)
	}
	events := r.events[:0]
	for _, e := range r.events {
		if e.event.InvolvedObject.UID == r.pod.UID {
			events = append(events, e)
		}
	}
	r.events = events
	return r
}

func (r *recording) addPod(line recordedLine, pod *corev1.Pod, old bool) {
	switch {
	case r.pod != nil:
		if pod.UID == r.pod.UID && line.Type != "DELETED" {
			r.pods = append(r.pods, recordedPod{line.T, pod})
		}
	case old && pod.DeletionTimestamp != nil:
		r.pod, r.seen = pod, line.T
	case !old && line.Type == "MODIFIED" && pod.Status.StartTime == nil && pod.Spec.NodeName != "" && pod.DeletionTimestamp == nil:
		r.pod, r.seen = pod, line.T
	}
}

func readLines(t *testing.T, name string) []recordedLine {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", name+"-*.jsonl.gz"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("recording %s: %v %v", name, paths, err)
	}
	file, err := os.Open(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []recordedLine
	scanner := bufio.NewScanner(unzipped)
	scanner.Buffer(nil, 16<<20)
	for scanner.Scan() {
		var line recordedLine
		decode(t, scanner.Bytes(), &line)
		all = append(all, line)
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func decode(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%v in %.200s", err, data)
	}
}

// at is the time of a moment of the recording.
func (r *recording) at(t float64) time.Time {
	return r.start.Add(time.Duration(t * float64(time.Second)))
}

// jitter returns the wait that the real kubelet's chance led to: until the first
// retry that the recording shows within what the jitter allows.
func (r *recording) jitter(now time.Time, wait time.Duration) time.Duration {
	if wait == resyncPeriod && r.at(r.resync).After(now) {
		return r.at(r.resync).Sub(now)
	}
	if wait >= resyncPeriod {
		return wait + wait/2
	}
	const tick = 1200 * time.Millisecond
	for _, e := range r.events {
		passed := r.at(e.t).Sub(now)
		if passed >= wait-tick/3 && passed <= wait+wait/2+tick && isRetry(e.event) {
			return passed
		}
	}
	return wait + wait/4
}

// isRetry tells whether an event is the first that a retried sync causes.
func isRetry(e *corev1.Event) bool {
	switch e.Reason {
	case "BackOff", "Pulling", "InspectFailed":
		return true
	case "Pulled":
		return strings.HasPrefix(e.Message, "Container image")
	}
	return false
}
