package diagnosis

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// crashRules say why a container ended, the more specific first.
var crashRules = []func(*clues, seat, *corev1.ContainerStateTerminated, LogKey) (symptom, bool){
	startError, outOfMemory, notExecuted, commandInShell, hookFailed, killedByProbe, plainCrash,
}

func startError(_ *clues, s seat, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	// StartError is the kubelet's (containerd, CRI-O), ContainerCannotRun was dockershim's.
	if ended.Reason != "StartError" && ended.Reason != "ContainerCannotRun" {
		return symptom{}, false
	}
	return startFailure(s.spec, ended.Message), true
}

// outOfMemory trusts the runtime's word only: 137 alone is any SIGKILL.
func outOfMemory(c *clues, s seat, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	if ended.Reason == "OOMKilled" {
		return failing(OOMKilled, fmt.Sprintf("OOMKilled, exit code %d%s", ended.ExitCode, memoryLimit(s.spec))), true
	}
	if note := c.notes[s.pod.UID].of(s.spec.Name).latest("", "OOMKilling"); note != nil && ended.ExitCode == 137 {
		return failing(OOMKilled, oneLine(noteText(note)+memoryLimit(s.spec))), true
	}
	return symptom{}, false
}

// memoryLimit names the limit that a container ran into. Without one it was the node that had no more.
func memoryLimit(c *corev1.Container) string {
	if limit := c.Resources.Limits.Memory(); !limit.IsZero() {
		return ", memory limit " + limit.String()
	}
	return ""
}

// notExecuted: the runtime has reported the container as started by the time the kernel refuses its
// program, so the runtime's last line, in the container's log, is the only place that tells.
func notExecuted(c *clues, s seat, ended *corev1.ContainerStateTerminated, run LogKey) (symptom, bool) {
	if ended.ExitCode == 0 {
		return symptom{}, false
	}
	lines := append(strings.Split(ended.Message, "\n"), c.lines(run)...)
	faults := lastWords
	if ended.FinishedAt.Sub(ended.StartedAt.Time) < minServed {
		faults = slices.Concat(lastWords, lastWordsInJSON)
	}
	line := lastLine(lines, func(l string) bool { return commandFault(s.spec, l, faults) != "" || wrongFormat().MatchString(l) })
	if line == "" {
		return symptom{}, false
	}
	cause := commandFault(s.spec, line, faults)
	if cause == "" {
		cause = ExecFormat
	}
	return fatal(cause, line+lineEnds(line)), true
}

// wrongFormat is how a shell ends its line about a program of another platform; what a program of its
// own says of one that it has started is left to it.
var wrongFormat = lazily(`(?i)(?:cannot execute binary file|: [^\s:]+): exec format error$`)

// commandInShell: shells, env and init programs exit with 127 when there is no such command, and their
// line says which; with 126 when there is no interpreter for it. The dynamic loader exits with 127, too.
func commandInShell(c *clues, _ seat, ended *corev1.ContainerStateTerminated, run LogKey) (symptom, bool) {
	phrases := map[int32][]string{127: {"not found", "no such file or directory"}, 126: {"bad interpreter"}}[ended.ExitCode]
	line := lastLine(c.lines(run), func(l string) bool {
		l = strings.ToLower(l)
		return containsAny(l, phrases) && !strings.Contains(l, "shared librar") && !strings.Contains(l, "shared object")
	})
	return fatal(CommandNotFound, line+lineEnds(line)), line != ""
}

// lineEnds adds what a carriage return in the name of an interpreter means.
func lineEnds(line string) string {
	if strings.Contains(line, `\r`) || strings.Contains(line, "^M") {
		return " (the script has Windows line ends, CRLF)"
	}
	return ""
}

// lastLine returns the newest of the last three lines that fits.
func lastLine(lines []string, fits func(string) bool) string {
	for _, line := range slices.Backward(lines[max(0, len(lines)-3):]) {
		if line = strings.ReplaceAll(line, "\r", `\r`); fits(line) {
			return oneLine(line)
		}
	}
	return ""
}

func hookFailed(c *clues, s seat, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	if s.spec.Lifecycle == nil || s.spec.Lifecycle.PostStart == nil {
		return symptom{}, false
	}
	if said := c.history.said[s.key()]; said.reason == reasonPostStart {
		return failing(LifecycleHookFailed, oneLine(said.text)), true
	}
	if note := c.notes[s.pod.UID].of(s.spec.Name).latest("", "FailedPostStartHook"); during(note, ended) {
		return failing(LifecycleHookFailed, oneLine(noteText(note))), true
	}
	return symptom{}, false
}

// probeKills are the phrases of the kubelet's Killing event: a container that it kills for a failed
// probe ends like one that stops on its own (recordings i, j, t4).
var probeKills = []struct {
	phrase, unhealthy string
	cause             Cause
}{
	{"failed liveness probe", "Liveness probe", LivenessFailing},
	{"failed startup probe", "Startup probe", StartupFailing},
}

func killedByProbe(c *clues, s seat, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	mine := c.notes[s.pod.UID].of(s.spec.Name)
	for _, kill := range probeKills {
		note := mine.latest(kill.phrase, "Killing")
		if !during(note, ended) {
			continue
		}
		message := noteText(note)
		if why := mine.latest(kill.unhealthy, "Unhealthy"); why != nil {
			message = noteText(why)
		}
		return failing(kill.cause, oneLine(message)), true
	}
	return symptom{}, false
}

// during tells whether an event belongs to the run that ended, or to one after it whose end the
// status does not show yet. Both times are the node's.
func during(note *corev1.Event, ended *corev1.ContainerStateTerminated) bool {
	return note != nil && (ended.StartedAt.IsZero() || !noteTime(note).Before(ended.StartedAt.Add(-time.Second)))
}

// plainCrash is what is left. It stays vague until the events have been looked at, where a probe or
// a hook may be behind it.
func plainCrash(c *clues, s seat, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	cause := CrashLoop
	if s.role == roleInit {
		cause = InitFailed
	}
	found := failing(cause, crashMessage(ended))
	found.wantsEvents = mayBeKilled(s, ended)
	found.vague = found.wantsEvents && !c.sawEvents(s.pod.UID)
	return found, true
}

// mayBeKilled tells whether the kubelet may have ended the container, by what it would look like.
func mayBeKilled(s seat, ended *corev1.ContainerStateTerminated) bool {
	return s.spec.LivenessProbe != nil || s.spec.StartupProbe != nil ||
		(s.spec.Lifecycle != nil && s.spec.Lifecycle.PostStart != nil) || ended.ExitCode == 137
}
