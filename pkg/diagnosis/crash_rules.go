package diagnosis

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// crashRules say why a container ended, the more specific first.
var crashRules = []func(*evidence, containerRef, *corev1.ContainerStateTerminated, LogKey) (symptom, bool){
	startError, outOfMemory, notExecuted, commandInShell, hookFailed, killedByProbe, killedInProbeTime, plainCrash,
}

func startError(_ *evidence, ref containerRef, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	// StartError is the kubelet's (containerd, CRI-O), ContainerCannotRun was dockershim's.
	if ended.Reason != "StartError" && ended.Reason != "ContainerCannotRun" {
		return symptom{}, false
	}
	return startFailure(ref.spec, ended.Message), true
}

// outOfMemory trusts the runtime's word only: 137 alone is any SIGKILL.
func outOfMemory(ev *evidence, ref containerRef, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	if ended.Reason == "OOMKilled" {
		return failing(OOMKilled, fmt.Sprintf("OOMKilled, exit code %d%s", ended.ExitCode, memoryLimit(ref.spec))), true
	}
	if event := ev.events[ref.pod.UID].of(ref.spec.Name).latest("", "OOMKilling"); event != nil && ended.ExitCode == 137 {
		return failing(OOMKilled, oneLine(eventText(event)+memoryLimit(ref.spec))).fromEvent(event), true
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

// notExecuted finds a program that the kernel refused to execute. The container counts as started by then, so only the
// runtime's last line in the container's log shows it.
func notExecuted(ev *evidence, ref containerRef, ended *corev1.ContainerStateTerminated, run LogKey) (symptom, bool) {
	if ended.ExitCode == 0 {
		return symptom{}, false
	}
	lines := append(strings.Split(ended.Message, "\n"), ev.lines(run)...)
	faults := lastWords
	if ended.FinishedAt.Sub(ended.StartedAt.Time) < minServed {
		faults = slices.Concat(lastWords, lastWordsInJSON)
	}
	line := lastLine(lines, func(l string) bool { return commandFault(ref.spec, l, faults) != "" || wrongFormat().MatchString(l) })
	if line == "" {
		return symptom{}, false
	}
	cause := commandFault(ref.spec, line, faults)
	if cause == "" {
		cause = ExecFormat
	}
	return fatal(cause, line+lineEnds(line)), true
}

// wrongFormat matches a shell's line about a program of another platform.
var wrongFormat = lazily(`(?i)(?:cannot execute binary file|: [^\s:]+): exec format error$`)

// commandInShell finds a missing command by the line of a shell, env or init program: they exit with 127 without the
// command, and with 126 without its interpreter. The dynamic loader exits with 127, too.
func commandInShell(ev *evidence, _ containerRef, ended *corev1.ContainerStateTerminated, run LogKey) (symptom, bool) {
	phrases := map[int32][]string{127: {"not found", "no such file or directory"}, 126: {"bad interpreter"}}[ended.ExitCode]
	line := lastLine(ev.lines(run), func(l string) bool {
		l = strings.ToLower(l)
		return containsAny(l, phrases) && !strings.Contains(l, "shared librar") && !strings.Contains(l, "shared object")
	})
	return fatal(CommandNotFound, line+lineEnds(line)), line != ""
}

// lineEnds explains a carriage return in the name of an interpreter.
func lineEnds(line string) string {
	if strings.Contains(line, `\r`) || strings.Contains(line, "^M") {
		return " (the script has Windows line ends, CRLF)"
	}
	return ""
}

// lastLine returns the newest fitting line among the last three.
func lastLine(lines []string, fits func(string) bool) string {
	for _, line := range slices.Backward(lines[max(0, len(lines)-3):]) {
		if line = strings.ReplaceAll(line, "\r", `\r`); fits(line) {
			return oneLine(line)
		}
	}
	return ""
}

func hookFailed(ev *evidence, ref containerRef, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	if ref.spec.Lifecycle == nil || ref.spec.Lifecycle.PostStart == nil {
		return symptom{}, false
	}
	if said := ev.history.said[ref.key()]; said.reason == reasonPostStart {
		return failing(LifecycleHookFailed, oneLine(said.text)), true
	}
	if event := ev.events[ref.pod.UID].of(ref.spec.Name).latest("", "FailedPostStartHook"); during(event, ended) {
		return failing(LifecycleHookFailed, oneLine(eventText(event))).fromEvent(event), true
	}
	return symptom{}, false
}

// probeKills are the phrases of the kubelet's Killing event: a container that it kills for a failed
// probe ends like one that stops on its own (recordings i, j, t4).
var probeKills = []struct {
	phrase, unhealthy string
	cause             Cause
	probe             func(*corev1.Container) *corev1.Probe
}{
	{"failed liveness probe", "Liveness probe", LivenessFailing, func(c *corev1.Container) *corev1.Probe { return c.LivenessProbe }},
	{"failed startup probe", "Startup probe", StartupFailing, func(c *corev1.Container) *corev1.Probe { return c.StartupProbe }},
}

func killedByProbe(ev *evidence, ref containerRef, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	mine := ev.events[ref.pod.UID].of(ref.spec.Name)
	for _, kill := range probeKills {
		event := mine.latest(kill.phrase, "Killing")
		if !during(event, ended) && !repeated(event, ref, kill.probe(ref.spec), ended) {
			continue
		}
		message := eventText(event)
		if why := mine.latest(kill.unhealthy, "Unhealthy"); why != nil {
			message, event = eventText(why), why
		}
		return failing(kill.cause, oneLine(message)).fromEvent(event), true
	}
	return symptom{}, false
}

// during tells whether an event belongs to the run that ended. All times are the node's, in whole seconds.
func during(event *corev1.Event, ended *corev1.ContainerStateTerminated) bool {
	if event == nil || !ended.StartedAt.IsZero() && eventTime(event).Before(ended.StartedAt.Add(-time.Second)) {
		return false
	}
	return ended.FinishedAt.IsZero() || !eventTime(event).After(ended.FinishedAt.Add(2*time.Second))
}

// eventGap is how long the kubelet may leave out its events about a pod that restarts: it may write 25 of a pod, and then one
// in 5 minutes (the spam filter of k8s.io/client-go/tools/events, and of record), and those of a restart are four or five.
const eventGap = 20 * time.Minute

// repeated tells whether the kubelet, which has killed the container several times, also ended a run without an event of
// its own: some of the kills were later, or the run lasted as long as the probe takes to fail. A probe that the pod does
// not show takes as long as it took for the first run.
func repeated(event *corev1.Event, ref containerRef, probe *corev1.Probe, ended *corev1.ContainerStateTerminated) bool {
	if event == nil || eventCount(event) < 2 || !slices.Contains(killedExits, ended.ExitCode) || ended.StartedAt.Sub(eventTime(event)) > eventGap {
		return false
	}
	first, ran := eventTime(event).Add(-eventSpan(event)), ended.FinishedAt.Sub(ended.StartedAt.Time)
	switch start := ref.pod.Status.StartTime; {
	case eventTime(event).After(ended.FinishedAt.Time):
		return first.Before(ended.FinishedAt.Time)
	case probe != nil:
		return failsAfter(probe, ref.graceOf(probe), ended.ExitCode, ran)
	default:
		return start != nil && (first.Sub(start.Time)-ran).Abs() <= 4*time.Second
	}
}

// plainCrash is the rule for all other crashes. It is vague until the events are read, where a probe or a hook can be
// the cause.
func plainCrash(ev *evidence, ref containerRef, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	cause := CrashLoop
	if ref.role == roleInit {
		cause = InitFailed
	}
	found := failing(cause, crashMessage(ended))
	found.wantsEvents = mayBeKilled(ref, ended)
	found.vague = found.wantsEvents && !ev.sawEnd(ref, ended)
	return found, true
}

// killedExits are the exit codes of containers that the kubelet stopped: 143 on SIGTERM, 0 if the program handles it, 137 on
// SIGKILL.
var killedExits = []int32{0, 137, 143}

// mayBeKilled tells whether the kubelet can have killed the container. It may know of probes that the pod does not
// show: then its event is the evidence.
func mayBeKilled(ref containerRef, ended *corev1.ContainerStateTerminated) bool {
	return ref.spec.LivenessProbe != nil || ref.spec.StartupProbe != nil ||
		(ref.spec.Lifecycle != nil && ref.spec.Lifecycle.PostStart != nil) || slices.Contains(killedExits, ended.ExitCode)
}
