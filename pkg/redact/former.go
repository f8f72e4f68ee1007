package redact

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// former tells which runs of containers may know values that a Secret had before it was read: nobody can mask those.
type former struct {
	secrets map[types.NamespacedName]knownSecret
	pods    map[types.NamespacedName]podRuns
	forgot  bool // there were too many pods
}

// knownSecret is a Secret that was read.
type knownSecret struct {
	version string    // its resourceVersion
	changed time.Time // when it was changed last
	since   time.Time // from when on its values are known
	gone    bool
}

// podRuns is when the runs of a pod began.
type podRuns struct {
	created time.Time
	runs    []run
}

// run is a container with its present and its previous run; a time is zero if there is none.
type run struct {
	container         string
	secrets           []usedSecret // by its variables and files
	current, previous time.Time
}

// usedSecret is one that a container takes values from; without an optional one it runs, too.
type usedSecret struct {
	name     types.NamespacedName
	optional bool
}

// SecretRead learns a Secret that was changed last at a moment, by the API server's clock. If it has changed since an earlier
// read, it may have held yet other values in between.
func (r *Redactor) SecretRead(s *corev1.Secret, changed time.Time) { r.learnSecret(s, changed, false) }

// SecretWritten learns a Secret that this command has written in the place of what was read last.
func (r *Redactor) SecretWritten(s *corev1.Secret, changed time.Time) {
	r.learnSecret(s, changed, true)
}

func (r *Redactor) learnSecret(s *corev1.Secret, changed time.Time, written bool) {
	name := types.NamespacedName{Namespace: s.Namespace, Name: s.Name}
	r.mu.RLock()
	known, is := r.former.secrets[name]
	r.mu.RUnlock()
	if !is || s.ResourceVersion == "" || s.ResourceVersion != known.version {
		r.Secret(s.Data)
	}
	if !is || known.gone || !written && !changed.Equal(known.changed) {
		known.since = changed
	}
	known.version, known.changed, known.gone = s.ResourceVersion, changed, false
	r.mu.Lock()
	defer r.mu.Unlock()
	put(&r.former.secrets, name, known)
}

// SecretGone notes that a Secret is not there, which the programs that run may have read.
func (r *Redactor) SecretGone(name types.NamespacedName, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	put(&r.former.secrets, name, knownSecret{since: now, gone: true})
}

// Changed is when a Secret was changed last; zero if it was not read.
func (r *Redactor) Changed(name types.NamespacedName) time.Time {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.former.secrets[name].changed
}

// note keeps when the runs of a pod began that uses Secrets; the lock is held. The Secrets of a pod that was trimmed are known.
func (f *former) note(p *corev1.Pod) {
	if len(f.pods) >= mostPods {
		f.pods, f.forgot = nil, true
	}
	before := f.pods[nameOf(p)]
	refs := workload.References(&corev1.PodTemplateSpec{Spec: p.Spec})
	pod := podRuns{created: p.CreationTimestamp.Time}
	for _, c := range containers(&p.Spec) {
		r := run{container: c.Name}
		for _, ref := range refs {
			mounts := slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return ref.Container == "" && m.Name == ref.Field })
			if ref.Kind == workload.SecretReference && (ref.Container == c.Name || mounts) {
				r.secrets = append(r.secrets, usedSecret{types.NamespacedName{Namespace: p.Namespace, Name: ref.Name}, ref.Optional})
			}
		}
		if i := slices.IndexFunc(before.runs, func(b run) bool { return b.container == c.Name }); i >= 0 && len(r.secrets) == 0 {
			r.secrets = before.runs[i].secrets
		}
		for status := range statuses(p) {
			if status.Name == c.Name {
				r.current, r.previous = began(&status.State), began(&status.LastTerminationState)
			}
		}
		pod.runs = append(pod.runs, r)
	}
	put(&f.pods, nameOf(p), pod)
}

// began is when a run began; zero if no program ran.
func began(s *corev1.ContainerState) time.Time {
	var at time.Time
	switch {
	case s.Running != nil:
		at = s.Running.StartedAt.Time
	case s.Terminated != nil:
		at = s.Terminated.StartedAt.Time
	}
	if at.Unix() <= 0 { // a run that could not be started
		return time.Time{}
	}
	return at
}

// unknown is a Secret that has changed since a run of a container began, before its values were read. Without a container's
// name any of the pod counts. A moment at which the program spoke is that of an earlier run if it is before the change.
func (f *former) unknown(pod types.NamespacedName, container string, previous bool, spoke time.Time) (secret types.NamespacedName, ok bool) {
	p, known := f.pods[pod]
	if !known {
		return secret, f.forgot
	}
	for _, r := range p.runs {
		at := r.current
		if (previous || at.IsZero()) && !r.previous.IsZero() { // else the status does not tell of the next run yet
			at = r.previous
		}
		if container != "" && container != r.container || at.IsZero() {
			continue
		}
		for _, s := range r.secrets {
			k, read := f.secrets[s.name]
			if !read || k.gone && s.optional || !p.created.Before(k.since) {
				continue
			}
			sure := k.since
			if !r.previous.IsZero() && at.Equal(r.current) { // a restart, by the clock of the node
				sure = sure.Add(clockSlack)
			}
			if !at.After(sure) || !spoke.IsZero() && spoke.Before(k.since) {
				return s.name, true
			}
		}
	}
	return secret, false
}

// clockSlack is how far the clock of a node may be ahead of the API server's.
const clockSlack = 5 * time.Second

// withheld stands in place of a text that may hold a value which nobody knows any more.
func withheld(secret types.NamespacedName) string {
	if secret.Name == "" {
		return "(not shown: there were too many pods to remember which Secrets this one uses)"
	}
	return fmt.Sprintf("(not shown: secret/%s may have changed since this container started, and its former values are not known)", secret.Name)
}

// withhold replaces what the programs of a pod have said at their end, in place, where it may hold a former value.
func (r *Redactor) withhold(p *corev1.Pod) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for status := range statuses(p) {
		for _, state := range []*corev1.ContainerState{&status.State, &status.LastTerminationState} {
			if state.Terminated == nil || state.Terminated.Message == "" || began(state).IsZero() {
				continue
			}
			if secret, ok := r.former.unknown(nameOf(p), status.Name, state == &status.LastTerminationState, time.Time{}); ok {
				state.Terminated.Message = withheld(secret)
			}
		}
	}
}

// programsWords are the reasons of events that have the output of a program in their text.
var programsWords = []string{"Unhealthy", "ProbeWarning", "FailedPostStartHook", "FailedPreStopHook"}

// probeFailed are the kubelet's own words before those of a program: they tell which probe it is.
var probeFailed = regexp.MustCompile(`^(?:\(combined from similar events\): )?(?:Liveness|Readiness|Startup) probe (?:failed|errored|warning)[a-z ]*: `)

// Said masks what an event says of a pod, or of its container if that is known. What a program may have said that knows a
// former value is replaced. The moment is that of the first time.
func (r *Redactor) Said(pod types.NamespacedName, container, reason string, at time.Time, text string) string {
	r.mu.RLock()
	secret, unknown := r.former.unknown(pod, container, false, at)
	r.mu.RUnlock()
	if unknown && slices.Contains(programsWords, reason) {
		return probeFailed.FindString(text) + withheld(secret)
	}
	return r.Text(text)
}

// say masks an event, in place.
func (r *Redactor) say(e *corev1.Event) {
	at := e.FirstTimestamp.Time
	if at.IsZero() {
		at = e.EventTime.Time
	}
	_, container, _ := strings.Cut(strings.TrimSuffix(e.InvolvedObject.FieldPath, "}"), "{")
	e.Message = r.Said(types.NamespacedName{Namespace: e.InvolvedObject.Namespace, Name: e.InvolvedObject.Name}, container, e.Reason, at, e.Message)
	r.texts(&e.Action)
}
