package watch

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

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
		log, err := w.requestLog(ctx, t, key)
		w.options.Redactor.Log(t.ref.Namespace, key.Pod, log.Lines)
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
func (w *Watcher) requestLog(ctx context.Context, t *target, key diagnosis.LogKey) (diagnosis.Log, error) {
	previous := key.Previous || w.over(t, key)
	log, err := w.insistOnLog(ctx, t.ref.Namespace, key, previous)
	switch {
	case previous:
	case w.over(t, key):
		return w.insistOnLog(ctx, t.ref.Namespace, key, true)
	case key.Restart == 0:
		// The first restart follows at once, before the status tells of it; but a run before the
		// present one says so too.
		if text, err := w.readLog(ctx, t.ref.Namespace, key, true); err == nil {
			if before := diagnosis.ReadLog(text); len(before.Lines) > 0 {
				return before, nil
			}
		}
	}
	return log, err
}

// over tells whether a later run of the container has begun.
func (w *Watcher) over(t *target, key diagnosis.LogKey) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	pod := t.pods.Get(key.PodUID)
	if pod == nil {
		return false
	}
	for _, s := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if s.Name == key.Container {
			return s.RestartCount > key.Restart
		}
	}
	return false
}

func (w *Watcher) insistOnLog(ctx context.Context, namespace string, key diagnosis.LogKey, previous bool) (diagnosis.Log, error) {
	pause := newBackoff()
	for attempt := 1; ; attempt++ {
		text, err := w.readLog(ctx, namespace, key, previous)
		if err == nil {
			return diagnosis.ReadLog(text), nil
		}
		if attempt == logAttempts || classify(err, false) != retry || !sleep(ctx, max(pause.Step(), delay(err))) {
			return diagnosis.Log{Err: err.Error()}, err
		}
	}
}

func (w *Watcher) readLog(ctx context.Context, namespace string, key diagnosis.LogKey, previous bool) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, logTimeout)
	defer cancel()
	body, err := w.clients.Core.Get().Namespace(namespace).Resource("pods").Name(key.Pod).SubResource("log").
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
