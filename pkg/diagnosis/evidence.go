package diagnosis

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// evidence is what the rules use besides a pod itself.
type evidence struct {
	now    time.Time
	final  bool // no more of it comes
	events eventIndex
	logs   map[LogKey]Log
	claims []*corev1.PersistentVolumeClaim
	// classes is nil if they were not read.
	classes *storagev1.StorageClassList
	// references are those to objects that are not there.
	references []workload.Reference
	nodes      map[string]*corev1.Node
	forbidden  []string
	template   *corev1.PodTemplateSpec
	revision   string // its name
	// revisions and pods are all of the workload's.
	revisions []workload.Revision
	pods      []*corev1.Pod
	history   *History
	// leaving: pods are on their way out; servers before 1.35 do not count them in the status.
	leaving bool
	// wake collects the times at which the diagnosis can change although nothing happens.
	wake Alarm
}

// Alarm collects moments to come: At is the earliest that was set, zero if none was.
type Alarm struct{ Now, At time.Time }

// Set adds a moment. It does nothing for one that is not to come.
func (a *Alarm) Set(t time.Time) {
	if t.After(a.Now) && (a.At.IsZero() || t.Before(a.At)) {
		a.At = t
	}
}

// Passed tells whether a moment has come; if not, the alarm is set for it.
func (a *Alarm) Passed(moment time.Time) bool {
	if moment.IsZero() {
		return false
	}
	a.Set(moment)
	return !a.Now.Before(moment)
}

// Entries of Observed.Forbidden.
const (
	forbiddenEvents = "events"
	forbiddenLogs   = "logs"
)

// eventsTime is how long the events of a pod may take to come, logTime a log, before a cause is
// named without them. eventLag is how long an event may come after a status of the same moment.
const (
	eventsTime = time.Second
	logTime    = 3 * time.Second
	eventLag   = 3 * time.Second
)

// sawEvents tells whether the events of a pod have been read, or can't be.
func (ev *evidence) sawEvents(uid types.UID) bool {
	if ev.final || slices.Contains(ev.forbidden, forbiddenEvents) {
		return true
	}
	asked, ok := ev.history.asked[uid]
	if !ok {
		return false
	}
	if len(ev.events[uid]) > 0 || ev.now.Sub(asked) >= eventsTime {
		return true
	}
	ev.wake.Set(asked.Add(eventsTime))
	return false
}

// startReasons are the kubelet's events of a run that begins.
var startReasons = []string{"Pulling", "Pulled", "Created", "Started"}

// sawEnd tells whether the events of a pod have been read as far as the end of a container's run, or can't be. The kubelet
// sends them in their order, and its status by another way, which is often faster.
func (ev *evidence) sawEnd(ref containerRef, ended *corev1.ContainerStateTerminated) bool {
	if !ev.sawEvents(ref.pod.UID) {
		return false
	}
	seen := ev.history.ends[ref.key()]
	if seen.since.IsZero() || ev.final || slices.Contains(ev.forbidden, forbiddenEvents) {
		return true
	}
	for _, e := range ev.events[ref.pod.UID].of(ref.spec.Name) {
		// Times are whole seconds, and a start can be that of the run itself.
		if at := eventTime(e); at.After(ended.FinishedAt.Time) || at.Equal(ended.FinishedAt.Time) && !slices.Contains(startReasons, e.Reason) {
			return true
		}
	}
	limit := seen.since.Add(eventLag)
	ev.wake.Set(limit)
	return !ev.now.Before(limit)
}

// eventless tells whether no event of a pod is left, or may be read.
func (ev *evidence) eventless(uid types.UID) bool {
	return len(ev.events[uid]) == 0 && (ev.final || slices.Contains(ev.forbidden, forbiddenEvents))
}

// sawLog tells whether the log of a run, or of a run before it, has been read, or can't be.
func (ev *evidence) sawLog(run LogKey) bool {
	if ev.final || slices.Contains(ev.forbidden, forbiddenLogs) {
		return true
	}
	for back := range int32(lookBack) {
		if _, ok := ev.answer(run, back); ok {
			return true
		}
	}
	asked, ok := ev.history.askedLogs[containerKey{run.PodUID, run.Container}]
	if !ok {
		return false
	}
	if ev.now.Sub(asked) >= logTime {
		return true
	}
	ev.wake.Set(asked.Add(logTime))
	return false
}

// lookBack is how many runs are searched for a log, from the last one back. A crashing program logs the same each time,
// and the newest log is often not there yet.
const lookBack = 3

// answer returns the log of a run, counted back. The run was requested as the current one or as the previous one.
func (ev *evidence) answer(run LogKey, back int32) (Log, bool) {
	if run.Restart -= back; run.Restart < 0 {
		return Log{}, false
	}
	for _, run.Previous = range []bool{true, false} {
		if log, ok := ev.logs[run]; ok {
			return log, true
		}
	}
	return Log{}, false
}

// lines returns the program's last log lines of the run, or of a run before it.
func (ev *evidence) lines(run LogKey) []string {
	for back := range int32(lookBack) {
		log, ok := ev.answer(run, back)
		if !ok {
			continue
		}
		if lines := programLines(log); len(lines) > 0 {
			return lines
		}
	}
	return nil
}

// The limits of the log lines in a finding.
const (
	maxLines = 10
	maxLine  = 300
)

// programLines are the program's own last lines: the answer to a log request can hold a message of the kubelet instead.
func programLines(log Log) []string {
	var lines []string
	for _, line := range log.Lines {
		line = strings.TrimRight(line, " \r\n\t")
		if line == "" || strings.HasPrefix(line, "unable to retrieve container logs for ") {
			continue
		}
		if len(line) > maxLine {
			line = strings.ToValidUTF8(line[:maxLine], "") + "…"
		}
		lines = append(lines, line)
	}
	return lines[max(0, len(lines)-maxLines):]
}

// unreadyFor tells whether a pod has not been ready for that long.
func (ev *evidence) unreadyFor(pod *corev1.Pod, d time.Duration) bool {
	return longEnough(ev, ev.history.unready, pod.UID, d)
}

// longEnough tells whether something has lasted for a time, and sets the alarm for when it will have.
func longEnough[K comparable](ev *evidence, all map[K]time.Time, key K, d time.Duration) bool {
	began, ok := all[key]
	if !ok {
		return false
	}
	if ev.now.Sub(began) >= d {
		return true
	}
	ev.wake.Set(began.Add(d))
	return false
}
