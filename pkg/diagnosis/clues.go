package diagnosis

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// clues are what a diagnosis may draw on, besides the pods themselves.
type clues struct {
	now      time.Time
	notes    noteIndex
	logs     map[LogKey]Log
	claims   []*corev1.PersistentVolumeClaim
	blind    []string
	template *corev1.PodTemplateSpec
	revision string // its name
	// revisions and pods are all of the workload's.
	revisions []workload.Revision
	pods      []*corev1.Pod
	history   *History
	// leaving: pods are on their way out; servers before 1.35 do not count them in the status.
	leaving bool
	// wake collects when the diagnosis may change although nothing happens.
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

// What may not be read, as Observed.Blind names it.
const (
	blindEvents = "events"
	blindLogs   = "logs"
)

// eventsTime is how long the events of a pod may take to come, logTime a log, before a cause is
// named without them.
const (
	eventsTime = time.Second
	logTime    = 2 * time.Second
)

// sawEvents tells whether the events of a pod have been looked at, or can't be.
func (c *clues) sawEvents(uid types.UID) bool {
	if slices.Contains(c.blind, blindEvents) {
		return true
	}
	asked, ok := c.history.asked[uid]
	if !ok {
		return false
	}
	if len(c.notes[uid]) > 0 || c.now.Sub(asked) >= eventsTime {
		return true
	}
	c.wake.Set(asked.Add(eventsTime))
	return false
}

// sawLog tells whether the log of a container's run, or of one before it, has been looked at, or
// can't be.
func (c *clues) sawLog(run LogKey) bool {
	if slices.Contains(c.blind, blindLogs) {
		return true
	}
	for back := range int32(lookBack) {
		if _, ok := c.answer(run, back); ok {
			return true
		}
	}
	asked, ok := c.history.askedLogs[containerKey{run.PodUID, run.Container}]
	if !ok {
		return false
	}
	if c.now.Sub(asked) >= logTime {
		return true
	}
	c.wake.Set(asked.Add(logTime))
	return false
}

// lookBack is how many runs before the last one may stand in for it: a program that crashes says
// the same each time, and the newest log is often not there yet.
const lookBack = 3

// answer returns the log of a run, counted back. The same run was asked for as the current or as
// the previous one, as the moment had it.
func (c *clues) answer(run LogKey, back int32) (Log, bool) {
	if run.Restart -= back; run.Restart < 0 {
		return Log{}, false
	}
	for _, run.Previous = range []bool{true, false} {
		if log, ok := c.logs[run]; ok {
			return log, true
		}
	}
	return Log{}, false
}

// lines returns what the program last said in the run, or in one before it.
func (c *clues) lines(run LogKey) []string {
	for back := range int32(lookBack) {
		log, ok := c.answer(run, back)
		if !ok {
			continue
		}
		if lines := programLines(log); len(lines) > 0 {
			return lines
		}
	}
	return nil
}

// What a finding shows of a log.
const (
	maxLines = 10
	maxLine  = 300
)

// programLines are the last lines that the program itself wrote: a log request may answer with a
// message of the kubelet instead.
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
