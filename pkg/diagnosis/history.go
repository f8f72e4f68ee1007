package diagnosis

import (
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// History is what a diagnosis needs of the looks before it. It is never changed in place: each look makes the next
// one. The zero value is that of a workload that has not been looked at.
type History struct {
	begun bool
	// revision is the name of the one that was looked at last.
	revision string
	// findings are those of the last look: their logs still hold.
	findings []Finding

	// unready holds since when each new pod has not been ready.
	unready map[types.UID]time.Time
	// starting holds since when each container has been running without serving.
	starting map[containerKey]time.Time
	// runs holds the present run of each container that has been restarted.
	runs map[containerKey]run
	// said holds the last informative message of each waiting container: the kubelet soon replaces it.
	said map[containerKey]saying
	// ends holds the last crash of each container.
	ends map[containerKey]end
	// fell holds the new pods of which a container ended after the pod had been ready.
	fell map[types.UID]bool
	// past holds the pods that had ended before the watch began.
	past map[types.UID]bool
	// evictions holds the new pods that were evicted during the watch.
	evictions map[types.UID]eviction
	// livenessFailures counts the failed liveness probes of the pods whose events are known.
	livenessFailures map[types.UID]int32
	// readied is the latest moment at which a new pod became ready.
	readied time.Time

	// missingSince is since when pods are missing; missingBefore: since before the watch.
	missingSince  time.Time
	missingBefore bool

	asked     map[types.UID]time.Time
	askedLogs map[containerKey]time.Time // since the first of its crashes

	causes map[causeKey]causeHistory
}

// containerKey names a container of a pod.
type containerKey struct {
	pod  types.UID
	name string
}

type run struct {
	restarts int32
	since    time.Time
	// base are the restarts that do not count: those before the watch, or before a run so long that the kubelet has
	// reset its back-off.
	base int32
}

// end is the end of a run: when it was, and since when its status is seen.
type end struct{ at, since time.Time }

type saying struct{ reason, text string }

type eviction struct {
	symptom
	at time.Time
}

// causeKey identifies a finding, whichever pods show it.
type causeKey struct {
	cause     Cause
	container string
	about     string // symptom.about
}

// causeHistory is when a cause was present, and what has been announced of it.
type causeHistory struct {
	first     time.Time
	fatal     time.Time // since when it is fatal
	gone      time.Time // zero while it is there
	announced bool
	restarts  int32 // announced ones
}

// began dates a condition: by the look that saw it first or, on the first look of all, by the cluster's own time.
func (h *History) began(known, reported, now time.Time) time.Time {
	switch {
	case !known.IsZero():
		return known
	case h.begun || reported.IsZero() || reported.After(now):
		return now
	}
	return reported
}

func since[K comparable](all map[K]time.Time, key K, now time.Time) time.Time {
	if t, ok := all[key]; ok {
		return t
	}
	return now
}

func put[K comparable, V any](all map[K]V, key K, value V) map[K]V {
	if all == nil {
		all = map[K]V{}
	}
	all[key] = value
	return all
}

// Later moves all times: nothing was seen for a while, and no patience ran.
func (h History) Later(d time.Duration) History {
	h.unready, h.starting = allLater(h.unready, d), allLater(h.starting, d)
	h.runs = maps.Clone(h.runs)
	for k, r := range h.runs {
		r.since = later(r.since, d)
		h.runs[k] = r
	}
	h.ends = maps.Clone(h.ends)
	for k, e := range h.ends {
		e.since = later(e.since, d)
		h.ends[k] = e
	}
	h.evictions = maps.Clone(h.evictions)
	for k, e := range h.evictions {
		e.at = later(e.at, d)
		h.evictions[k] = e
	}
	h.causes = maps.Clone(h.causes)
	for k, s := range h.causes {
		s.first, s.fatal, s.gone = later(s.first, d), later(s.fatal, d), later(s.gone, d)
		h.causes[k] = s
	}
	return h
}

func allLater[K containerKey | types.UID](all map[K]time.Time, d time.Duration) map[K]time.Time {
	moved := maps.Clone(all)
	for k, t := range moved {
		moved[k] = later(t, d)
	}
	return moved
}

func later(t time.Time, d time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(d)
}

// memorable are the waiting reasons whose words are kept.
var memorable = map[string]bool{
	"ErrImagePull": true, "ImagePullBackOff": true, "RegistryUnavailable": true, "ImageInspectError": true, reasonPostStart: true,
}

// withPods returns the history after a look at the unhealthy pods.
func (h History) withPods(unhealthy []*corev1.Pod, now time.Time) History {
	old := h
	h.unready, h.starting, h.runs, h.said, h.fell, h.ends = nil, nil, nil, nil, nil, nil
	for _, pod := range unhealthy {
		if old.fell[pod.UID] || fellFromReady(pod) {
			h.fell = put(h.fell, pod.UID, true)
		}
		if !IsReady(pod) && !Ended(pod) {
			h.unready = put(h.unready, pod.UID, old.began(old.unready[pod.UID], unreadySince(pod), now))
		}
		for ref := range containers(pod) {
			if ref.running() && !ref.serving() {
				started := ref.status.State.Running.StartedAt.Time
				h.starting = put(h.starting, ref.key(), old.began(old.starting[ref.key()], started, now))
			}
			if ref.status.RestartCount > 0 {
				h.runs = put(h.runs, ref.key(), old.nextRun(ref, now))
			}
			if ended, _ := ref.crash(); ended != nil {
				h.ends = put(h.ends, ref.key(), old.nextEnd(ref, ended.FinishedAt.Time, now))
			}
			if said := old.nextSaid(ref); said.text != "" {
				h.said = put(h.said, ref.key(), said)
			}
		}
	}
	return h
}

// UnreadySince is since when a new pod is not ready.
func (d *Diagnosis) UnreadySince(pod *corev1.Pod) time.Time {
	if since, ok := d.History.unready[pod.UID]; ok {
		return since
	}
	return unreadySince(pod)
}

func unreadySince(pod *corev1.Pod) time.Time {
	if since := ReadinessChanged(pod); !since.IsZero() {
		return since
	}
	return pod.CreationTimestamp.Time
}

// nextRun dates the present run of a container.
func (h *History) nextRun(ref containerRef, now time.Time) run {
	known, ok := h.runs[ref.key()]
	restarts := ref.status.RestartCount
	if !ok {
		known.base = h.firstBase(ref, now)
	}
	r := ref.status.State.Running
	if r == nil {
		return run{restarts: restarts, base: known.base}
	}
	if !ok || known.restarts != restarts {
		known.since = time.Time{}
	}
	known.restarts, known.since = restarts, h.began(known.since, r.StartedAt.Time, now)
	if now.Sub(known.since) >= BackOffReset {
		known.base = restarts
	}
	return known
}

// nextEnd dates the status of a container's last crash.
func (h *History) nextEnd(ref containerRef, at, now time.Time) end {
	switch known, ok := h.ends[ref.key()]; {
	case ok && known.at.Equal(at):
		return known
	case ok && now.Before(known.since.Add(eventLag)): // restarts that are faster than the wait don't begin it again
		return end{at, known.since}
	}
	return end{at, h.began(time.Time{}, at, now)}
}

// BackOffReset is how long a container must run for the kubelet to forget its back-off: twice
// MaxContainerBackOff (k8s.io/kubernetes/pkg/kubelet).
const BackOffReset = 10 * time.Minute

// firstBase tells how many restarts of a container that is seen for the first time do not count: all, if its present run
// has lasted longer than the crashed one; all but the last, if the crashed run was long; else none, since it is in a loop.
func (h *History) firstBase(ref containerRef, now time.Time) int32 {
	restarts := ref.status.RestartCount
	if h.begun {
		return 0
	}
	ended, _ := ref.crash()
	r := ref.status.State.Running
	switch {
	case ended == nil, r != nil && !now.Before(r.StartedAt.Add(recovery(ended))):
		return restarts
	case ended.FinishedAt.Sub(ended.StartedAt.Time) >= BackOffReset:
		return restarts - 1
	}
	return 0
}

func (h *History) nextSaid(ref containerRef) saying {
	if ref.serving() {
		return saying{}
	}
	w := ref.status.State.Waiting
	if w == nil || !memorable[w.Reason] || (w.Reason != reasonPostStart && pullMessage(w.Message) == "") {
		return h.said[ref.key()]
	}
	return saying{w.Reason, w.Message}
}
