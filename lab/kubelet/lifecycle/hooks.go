package lifecycle

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// postStart runs the hook that holds up the start of a container.
func (m *Machine) postStart(u *unit, done func(*failure)) {
	if u.Lifecycle == nil || u.Lifecycle.PostStart == nil {
		done(nil)
		return
	}
	hook := u.Lifecycle.PostStart
	m.after(max(hookTime(hook), failTime), func() {
		if !u.behavior.PostStart {
			done(nil)
			return
		}
		m.warning(u, "FailedPostStartHook", "PostStartHook failed")
		message := m.hookError(u, hook)
		m.kill(u, "FailedPostStartHook", m.graceOf(nil, noProbe), func() { done(&failure{"PostStartHookError", message}) })
	})
}

func (m *Machine) hookError(u *unit, hook *corev1.LifecycleHandler) string {
	pod := fmt.Sprintf("%s_%s(%s)", m.pod.Name, m.pod.Namespace, m.pod.UID)
	switch {
	case hook.HTTPGet != nil:
		return fmt.Sprintf("HTTP lifecycle hook (%s) for Container %q in Pod %q failed - error: unexpected HTTP status code: 500",
			hook.HTTPGet.Path, u.Name, pod)
	case hook.Exec != nil:
		return fmt.Sprintf("Exec lifecycle hook (%v) for Container %q in Pod %q failed - error: command '%s' exited with 1: , message: %q",
			hook.Exec.Command, u.Name, pod, strings.Join(hook.Exec.Command, " "), "")
	}
	return fmt.Sprintf("lifecycle hook for Container %q in Pod %q failed", u.Name, pod)
}

// preStop is how long the container's hook takes, and whether it fails.
func (m *Machine) preStop(u *unit) (length time.Duration, fails bool) {
	if u.Lifecycle == nil || u.Lifecycle.PreStop == nil {
		return 0, u.behavior.PreStop
	}
	return hookTime(u.Lifecycle.PreStop), u.behavior.PreStop
}

// hookTime is how long a hook runs: a sleep as long as it says, anything else
// no time to speak of.
func hookTime(hook *corev1.LifecycleHandler) time.Duration {
	if hook.Sleep != nil {
		return time.Duration(hook.Sleep.Seconds) * time.Second
	}
	if hook.Exec == nil {
		return 0
	}
	words := strings.Fields(strings.Join(hook.Exec.Command, " "))
	for i, word := range words {
		if word != "sleep" || i+1 == len(words) {
			continue
		}
		length := strings.TrimRight(words[i+1], ";&")
		if d, err := time.ParseDuration(length); err == nil {
			return d
		}
		if n, err := strconv.ParseFloat(length, 64); err == nil && n >= 0 {
			return time.Duration(n * float64(time.Second))
		}
	}
	return 0
}
