package diagnosis

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// crashed judges the last end of a container. A run that has outlasted the one that ended badly is
// taken as recovered from it.
func (c *clues) crashed(s seat) (symptom, bool) {
	ended, run := s.crash()
	if ended == nil || c.recovered(s, ended) {
		return symptom{}, false
	}
	for _, rule := range crashRules {
		found, ok := rule(c, s, ended, run)
		if !ok {
			continue
		}
		code := ended.ExitCode
		found.restarts, found.exitCode = s.status.RestartCount, &code
		if text := strings.TrimSpace(ended.Message); strings.Contains(text, "\n") {
			found.left = programLines(Log{Lines: strings.Split(text, "\n")})
		}
		if found.cause != CommandNotFound && found.cause != ContainerStartFailed || len(c.lines(run)) > 0 {
			found.run = &run
			found.vague = found.vague || !c.sawLog(run)
		}
		return found, true
	}
	return symptom{}, false
}

// The least and the most that a run must last to count as recovered, however short or long the run
// was that ended badly. A run that lasts so long and is not ready has other troubles than the crash.
const (
	MinRecovery = 10 * time.Second
	maxRecovery = time.Minute
)

func (c *clues) recovered(s seat, ended *corev1.ContainerStateTerminated) bool {
	if !s.running() {
		return false
	}
	since := c.history.runs[s.key()].since.Add(recovery(ended))
	if !c.now.Before(since) {
		return true
	}
	c.wake.Set(since)
	return false
}

// recovery is how long the run after one that ended badly has to last.
func recovery(ended *corev1.ContainerStateTerminated) time.Duration {
	ran := ended.FinishedAt.Sub(ended.StartedAt.Time)
	return min(max(ran+ran/2, MinRecovery), maxRecovery)
}

// crashMessage prefers what the program left as its termination message.
func crashMessage(ended *corev1.ContainerStateTerminated) string {
	if ended.Message != "" {
		return gist(ended.Message)
	}
	if ended.Reason == "" {
		return fmt.Sprintf("exit code %d", ended.ExitCode)
	}
	return fmt.Sprintf("%s, exit code %d", ended.Reason, ended.ExitCode)
}

// gist is the one line of several that says most: where a Go program panics the line before the
// stacks, else the last one.
func gist(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range lines {
		if containsAny(line, []string{"panic: ", "fatal error: "}) {
			return oneLine(line)
		}
	}
	return oneLine(lines[len(lines)-1])
}
