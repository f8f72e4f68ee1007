package recording

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Writer writes a recording. Objects may be shared: they are not changed. Whatever is written before
// the beginning (Change or Taken) belongs to its moment. The caller compresses and closes.
type Writer struct {
	// Policy is what the rollout is judged by; nil is not written. It is set before the beginning.
	Policy *rollout.Policy

	out   io.Writer
	base  time.Time
	began bool
	early []Line
	last  float64
	// redactor is the writer's own: objects may come from anywhere.
	redactor redact.Redactor
}

// NewWriter writes JSON lines to w.
func NewWriter(w io.Writer) *Writer { return &Writer{out: w} }

// Change begins the recording of a change that wrote targets at a moment. The patch is for people, and the
// reason is the change-cause.
func (w *Writer) Change(at time.Time, patch, reason string, targets []rollout.Target) error {
	return w.begin(Update, at, beginning{
		Kind: "Update", Patch: patch, Reason: w.redactor.LogLine(reason), StartedAt: at, Targets: refsOf(targets),
	})
}

// Taken begins the recording of a rollout that was found under way.
func (w *Writer) Taken(at time.Time) error {
	return w.begin(Watch, at, beginning{Kind: "Watch", StartedAt: at})
}

func (w *Writer) begin(kind string, at time.Time, b beginning) error {
	if w.began {
		return fmt.Errorf("the recording has begun already")
	}
	w.began, w.base = true, at
	if p := w.Policy; p != nil {
		b.Policy = &policyRef{p.FailFast, metav1.Duration{Duration: p.Soak}, metav1.Duration{Duration: p.Timeout}, p.WaitForOldPods}
	}
	for _, l := range w.early {
		if err := w.put(l); err != nil {
			return err
		}
	}
	w.early = nil
	return w.line(at, kind, b)
}

// Initial writes an object as it was before the change.
func (w *Writer) Initial(object runtime.Object) error { return w.object(w.base, Initial, object) }

// Object writes an object that was Added, Modified or Deleted.
func (w *Writer) Object(at time.Time, kind string, object runtime.Object) error {
	return w.object(at, kind, object)
}

func (w *Writer) object(at time.Time, kind string, object runtime.Object) error {
	plain, err := plainObject(w.redactor.Masked(object))
	if err != nil {
		return err
	}
	w.redactor.Hide(plain, "(cut %d)")
	if o, ok := workload.ObjectOf(object); ok { // the names tell who changed the template
		metadata, ok := plain["metadata"].(map[string]any)
		if managers := workload.SpecManagers(o.GetManagedFields()); ok && len(managers) > 0 {
			metadata["managedFields"] = managers
		}
	}
	return w.line(at, kind, plain)
}

// Log writes the answer to a request for a container's log.
func (w *Writer) Log(at time.Time, namespace string, key diagnosis.LogKey, log diagnosis.Log) error {
	l := podLog{
		Kind: "PodLog", Namespace: namespace, Pod: key.Pod, Container: key.Container, Previous: key.Previous,
		Restart: &key.Restart, Error: w.redactor.Text(log.Err),
	}
	if log.Err == "" {
		var all strings.Builder
		for _, line := range log.Lines {
			all.WriteString(w.redactor.LogLine(line) + "\n")
		}
		text := all.String()
		l.Text = &text
	}
	return w.line(at, Log, l)
}

// Rollback writes that workloads were restored.
func (w *Writer) Rollback(at time.Time, targets []rollout.Target) error {
	return w.line(at, Action, action{Kind: "Action", Script: rolledBack, Targets: refsOf(targets)})
}

// refsOf are the targets that are watched.
func refsOf(targets []rollout.Target) []targetRef {
	var refs []targetRef
	for _, t := range targets {
		if b := t.Baseline; b != nil && b.Workload.Unwatched != "" {
			continue
		}
		refs = append(refs, targetRef{t.Kind, t.Namespace, t.Name, t.Generation})
	}
	return refs
}

// End closes the recording.
func (w *Writer) End(at time.Time) error { return w.line(at, End, action{Kind: "End"}) }

func (w *Writer) line(at time.Time, kind string, object any) error {
	raw, err := json.Marshal(object)
	if err != nil {
		return fmt.Errorf("record %s: %w", kind, err)
	}
	l := Line{Type: kind, Object: raw}
	if !w.began {
		w.early = append(w.early, l)
		return nil
	}
	l.T = math.Round(at.Sub(w.base).Seconds()*1000) / 1000
	return w.put(l)
}

// put keeps the lines sorted by t: what was seen late is dated late.
func (w *Writer) put(l Line) error {
	l.T = max(l.T, w.last)
	w.last = l.T
	text, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("record %s: %w", l.Type, err)
	}
	if _, err := w.out.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write the recording: %w", err)
	}
	return nil
}

// plainObject is an object as JSON has it, with its kind, which typed objects from a watch lack.
func plainObject(object runtime.Object) (map[string]any, error) {
	raw, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("record %T: %w", object, err)
	}
	var plain map[string]any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return nil, fmt.Errorf("record %T: %w", object, err)
	}
	if o, ok := workload.ObjectOf(object); ok {
		plain["apiVersion"], plain["kind"] = o.Kind.GroupVersion().String(), o.Kind.Kind
	} else if h := workload.HistoryOf(object); h != nil {
		plain["apiVersion"], plain["kind"] = h.GroupVersion().String(), h.Kind
	}
	switch object.(type) {
	case *corev1.Pod:
		plain["apiVersion"], plain["kind"] = "v1", "Pod"
	case *corev1.Event:
		plain["apiVersion"], plain["kind"] = "v1", "Event"
	case *corev1.PersistentVolumeClaim:
		plain["apiVersion"], plain["kind"] = "v1", "PersistentVolumeClaim"
	}
	return plain, nil
}
