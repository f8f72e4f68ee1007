package watch

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

const (
	logRequests = 4 // at a time
	logLines    = 20
	// logTimeout: the API server waits for the kubelet, which may be gone.
	logTimeout = 10 * time.Second
	// logAttempts at a server in trouble; a refusal is final.
	logAttempts = 3
)

// fetchLog gets the lines of one run of a container, in the background; the caller holds the lock.
func (w *Watcher) fetchLog(ctx context.Context, key diagnosis.LogKey) {
	t := w.holder(key.PodUID)
	if t == nil {
		for _, t := range w.targets { // whose it was is not known any more
			t.logs[key] = diagnosis.Log{Err: fmt.Sprintf("pod %s is gone", key.Pod)}
			t.changed = true
		}
		w.pending = true
		w.poke()
		return
	}
	w.streams.Go(func() {
		select {
		case w.wanted.slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		log, previous, err := w.requestLog(ctx, t, key)
		log.Lines = w.options.Redactor.Log(types.NamespacedName{Namespace: t.ref.Namespace, Name: key.Pod}, key.Container, previous, log.Lines)
		log.Err = w.options.Redactor.Text(log.Err)
		<-w.wanted.slots
		if ctx.Err() != nil {
			return
		}
		if apierrors.IsForbidden(err) {
			w.forbid(t.ref.Namespace, logs)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		t.logs[key], t.changed, w.pending = log, true, true
		w.tape.addLog(t.ref.Namespace, key, log)
		w.poke()
	})
}

// requestLog asks for the run that is meant. If it ended while it was asked for, the answer is of the
// run after it, and the one that is meant is the previous one now.
func (w *Watcher) requestLog(ctx context.Context, t *target, key diagnosis.LogKey) (log diagnosis.Log, previous bool, err error) {
	previous = key.Previous || w.over(t, key)
	log, err = w.insistOnLog(ctx, t.ref.Namespace, key, previous)
	if previous {
		return log, true, err
	}
	if w.over(t, key) {
		log, err = w.insistOnLog(ctx, t.ref.Namespace, key, true)
		return log, true, err
	}
	// A container is restarted at once after its first crash, and after the first one with a new image: the log can be that
	// of the next run before the status tells of it. Then the previous log is the one that is meant.
	if began, ended := w.endedRun(t, key); key.Restart == 0 || ended {
		if text, err := w.readLog(ctx, t.ref.Namespace, key, true, began); err == nil {
			if before := diagnosis.ReadLog(text); len(before.Lines) > 0 {
				return before, true, nil
			}
		}
	}
	return log, false, err
}

// endedRun is when a run began that the status shows as ended. It is false if the run before it may have written in the same
// second: status times have no fractions.
func (w *Watcher) endedRun(t *target, key diagnosis.LogKey) (began time.Time, ok bool) {
	s := w.statusOf(t, key)
	if s == nil || s.RestartCount != key.Restart || s.State.Terminated == nil {
		return time.Time{}, false
	}
	began = s.State.Terminated.StartedAt.Time
	before := s.LastTerminationState.Terminated
	return began, !began.IsZero() && (before == nil || before.FinishedAt.Time.Before(began))
}

// over tells whether a later run of the container has begun.
func (w *Watcher) over(t *target, key diagnosis.LogKey) bool {
	s := w.statusOf(t, key)
	return s != nil && s.RestartCount > key.Restart
}

// statusOf is the newest known status of a container; nil if there is none.
func (w *Watcher) statusOf(t *target, key diagnosis.LogKey) *corev1.ContainerStatus {
	w.mu.Lock()
	defer w.mu.Unlock()
	pod := t.pods.Get(key.PodUID)
	if pod == nil {
		return nil
	}
	for _, s := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if s.Name == key.Container {
			return &s
		}
	}
	return nil
}

func (w *Watcher) insistOnLog(ctx context.Context, namespace string, key diagnosis.LogKey, previous bool) (diagnosis.Log, error) {
	pause := newBackoff()
	for attempt := 1; ; attempt++ {
		text, err := w.readLog(ctx, namespace, key, previous, time.Time{})
		if err == nil {
			return diagnosis.ReadLog(text), nil
		}
		if attempt == logAttempts || classify(err, false) != retry || !sleep(ctx, max(pause.Step(), delay(err))) {
			return diagnosis.Log{Err: err.Error()}, err
		}
	}
}

// readLog returns the last lines of a log: those since a time, unless that is zero.
func (w *Watcher) readLog(ctx context.Context, namespace string, key diagnosis.LogKey, previous bool, since time.Time) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, logTimeout)
	defer cancel()
	request := w.clients.Core.Get().Namespace(namespace).Resource("pods").Name(key.Pod).SubResource("log")
	if !since.IsZero() {
		request.Param("sinceTime", since.UTC().Format(time.RFC3339))
	}
	body, err := request.
		MaxRetries(0).
		Param("container", key.Container).
		Param("previous", fmt.Sprint(previous)).
		Param("tailLines", fmt.Sprint(logLines)).
		Param("limitBytes", fmt.Sprint(diagnosis.MaxLogBytes)).
		Stream(ctx)
	if err != nil {
		return "", err
	}
	defer body.Close() // nothing was written: there is nothing to lose
	text, err := io.ReadAll(io.LimitReader(body, diagnosis.MaxLogBytes))
	return string(text), err
}
