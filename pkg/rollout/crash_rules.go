package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// crashRules say why a container ended, the more specific first.
var crashRules = []func(*clues, seat, *corev1.ContainerStateTerminated, LogKey) (symptom, bool){
	startError, outOfMemory, wrongFormat, commandInShell, hookFailed, killedByProbe, plainCrash,
}

func startError(_ *clues, _ seat, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	// StartError is the kubelet's (containerd, CRI-O), ContainerCannotRun was dockershim's.
	if ended.Reason != "StartError" && ended.Reason != "ContainerCannotRun" {
		return symptom{}, false
	}
	return startFailure(ended.Message), true
}

// outOfMemory trusts the runtime's word only: 137 alone is any SIGKILL.
func outOfMemory(c *clues, s seat, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	if ended.Reason != "OOMKilled" {
		if note := c.notes[s.pod.UID].of(s.spec.Name).latest("", "OOMKilling"); note != nil && ended.ExitCode == 137 {
			return failing(OOMKilled, oneLine(noteText(note))), true
		}
		return symptom{}, false
	}
	message := fmt.Sprintf("OOMKilled, exit code %d", ended.ExitCode)
	if limit := s.spec.Resources.Limits.Memory(); !limit.IsZero() {
		message += ", memory limit " + limit.String()
	}
	return failing(OOMKilled, message), true
}

// wrongFormat: the runtime has started the program by the time the kernel refuses it, so the log
// is the only place that tells.
func wrongFormat(c *clues, _ seat, ended *corev1.ContainerStateTerminated, run LogKey) (symptom, bool) {
	if ended.ExitCode == 0 {
		return symptom{}, false
	}
	const phrase = "exec format error"
	if strings.Contains(strings.ToLower(ended.Message), phrase) {
		return fatal(ExecFormat, gist(ended.Message)), true
	}
	if line := lastLine(c.lines(run), func(l string) bool { return strings.HasSuffix(strings.ToLower(l), phrase) }); line != "" {
		return fatal(ExecFormat, line), true
	}
	return symptom{}, false
}

// commandInShell: 127 is what shells and init programs exit with when there is no such command, and
// their line says which.
func commandInShell(c *clues, _ seat, ended *corev1.ContainerStateTerminated, run LogKey) (symptom, bool) {
	if ended.ExitCode != 127 {
		return symptom{}, false
	}
	line := lastLine(c.lines(run), func(l string) bool {
		return containsAny(strings.ToLower(l), []string{"not found", "no such file or directory"})
	})
	return fatal(CommandNotFound, line), line != ""
}

// lastLine returns the newest of the last three lines that fits.
func lastLine(lines []string, fits func(string) bool) string {
	for _, line := range slices.Backward(lines[max(0, len(lines)-3):]) {
		if fits(line) {
			return oneLine(line)
		}
	}
	return ""
}

func hookFailed(c *clues, s seat, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	if s.spec.Lifecycle == nil || s.spec.Lifecycle.PostStart == nil {
		return symptom{}, false
	}
	if said := c.memory.said[s.key()]; said.reason == reasonPostStart {
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
