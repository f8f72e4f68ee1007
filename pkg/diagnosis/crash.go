package diagnosis

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// crashed names the cause of the last termination. The container has recovered if its present run lasts longer than the
// run that crashed.
func (ev *evidence) crashed(ref containerRef) (symptom, bool) {
	ended, run := ref.crash()
	if ended == nil || ev.recovered(ref, ended) {
		return symptom{}, false
	}
	for _, rule := range crashRules {
		found, ok := rule(ev, ref, ended, run)
		if !ok {
			continue
		}
		code := ended.ExitCode
		found.restarts, found.exitCode = ref.status.RestartCount, &code
		if text := strings.TrimSpace(ended.Message); strings.Contains(text, "\n") {
			found.left = programLines(Log{Lines: strings.Split(text, "\n")})
		}
		if found.cause != CommandNotFound && found.cause != ContainerStartFailed || len(ev.lines(run)) > 0 {
			found.run = &run
			found.vague = found.vague || !ev.sawLog(run)
		}
		return found, true
	}
	return symptom{}, false
}

// The limits of recovery: MinRecovery after a short run, maxRecovery after a long one.
const (
	MinRecovery = 10 * time.Second
	maxRecovery = time.Minute
)

func (ev *evidence) recovered(ref containerRef, ended *corev1.ContainerStateTerminated) bool {
	if !ref.running() {
		return false
	}
	since := ev.history.runs[ref.key()].since.Add(recovery(ended))
	if !ev.now.Before(since) {
		return true
	}
	ev.wake.Set(since)
	return false
}

// recovery is how long the run after a crash has to last.
func recovery(ended *corev1.ContainerStateTerminated) time.Duration {
	ran := ended.FinishedAt.Sub(ended.StartedAt.Time)
	return min(max(ran+ran/2, MinRecovery), maxRecovery)
}

// crashMessage prefers the program's termination message.
func crashMessage(ended *corev1.ContainerStateTerminated) string {
	if ended.Message != "" {
		return gist(ended.Message)
	}
	if ended.Reason == "" {
		return fmt.Sprintf("exit code %d", ended.ExitCode)
	}
	return fmt.Sprintf("%s, exit code %d", ended.Reason, ended.ExitCode)
}

// gist is the most informative line of a text: a Go program's panic, or else the last line.
func gist(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range lines {
		if containsAny(line, []string{"panic: ", "fatal error: "}) {
			return oneLine(line)
		}
	}
	return oneLine(lines[len(lines)-1])
}
