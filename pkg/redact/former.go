package redact

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// former tells which runs of containers may know values that a Secret had before it was read: nobody can mask those.
type former struct {
	since map[types.NamespacedName]time.Time // by Secret: from when on its values are known
	pods  map[types.NamespacedName]podRuns
}

// podRuns is when the runs of a pod began.
type podRuns struct {
	created time.Time
	runs    []run
}

type run struct {
	container         string
	current, previous time.Time // zero if it is not known
}

// SecretSince learns the data of a Secret that has been as it is since a moment, by the API server's clock.
func (r *Redactor) SecretSince(name types.NamespacedName, data map[string][]byte, since time.Time) {
	r.Secret(data)
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, is := r.former.since[name]; !is || since.Before(known) {
		put(&r.former.since, name, since)
	}
}

// note keeps when the runs of a pod began that uses Secrets; the lock is held.
func (f *former) note(p *corev1.Pod) {
	if len(f.pods) >= mostPods {
		f.pods = nil
	}
	pod := podRuns{created: p.CreationTimestamp.Time}
	for status := range statuses(p) {
		pod.runs = append(pod.runs, run{status.Name, began(&status.State), began(&status.LastTerminationState)})
	}
	put(&f.pods, nameOf(p), pod)
}

func began(s *corev1.ContainerState) time.Time {
	switch {
	case s.Running != nil:
		return s.Running.StartedAt.Time
	case s.Terminated != nil:
		return s.Terminated.StartedAt.Time
	}
	return time.Time{}
}

// unknown is a Secret of the pod that has changed since a run of a container began, before its values were read; ok tells
// whether there is one. Of a container without a name, or of a run without a beginning, the pod's creation counts.
func (f *former) unknown(pod types.NamespacedName, secrets []types.NamespacedName, container string, previous bool) (secret types.NamespacedName, ok bool) {
	p, known := f.pods[pod]
	if !known {
		return secret, false
	}
	start := p.created
	for _, run := range p.runs {
		at := run.current
		if previous || at.IsZero() {
			at = run.previous
		}
		if run.container == container && at.After(start) {
			start = at
		}
	}
	for _, s := range secrets {
		if since, read := f.since[s]; read && start.Before(since) {
			return s, true
		}
	}
	return secret, false
}

// withheld stands in place of a text that may hold a value which nobody knows any more.
func withheld(secret types.NamespacedName) string {
	return fmt.Sprintf("(not shown: secret/%s has changed since this container started, and its former values are not known)", secret.Name)
}

// withhold replaces what the programs of a pod have said at their end, in place, where it may hold a former value.
func (r *Redactor) withhold(p *corev1.Pod) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for status := range statuses(p) {
		for _, state := range []*corev1.ContainerState{&status.State, &status.LastTerminationState} {
			if state.Terminated == nil || state.Terminated.Message == "" {
				continue
			}
			if secret, ok := r.former.unknown(nameOf(p), r.sources.ofPods[nameOf(p)], status.Name, state == &status.LastTerminationState); ok {
				state.Terminated.Message = withheld(secret)
			}
		}
	}
}

// withholdEvent replaces what an event says of a pod, in place, if a program may have said it that knows a former value.
func (r *Redactor) withholdEvent(e *corev1.Event) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	pod := types.NamespacedName{Namespace: e.InvolvedObject.Namespace, Name: e.InvolvedObject.Name}
	_, container, _ := strings.Cut(strings.TrimSuffix(e.InvolvedObject.FieldPath, "}"), "{")
	if secret, ok := r.former.unknown(pod, r.sources.ofPods[pod], container, false); ok {
		e.Message = withheld(secret)
	}
}
