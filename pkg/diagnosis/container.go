package diagnosis

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// reasonPostStart is the kubelet's word for a failed postStart hook. It stands for a moment only.
const reasonPostStart = "PostStartHookError"

// waitingRules map the kubelet's reason for a container that waits to what its message says. All
// other reasons (CrashLoopBackOff above all) say nothing: how the container last ended does.
var waitingRules = map[string]func(c *clues, s seat, reason, text string) (symptom, bool){
	"ErrImagePull":               pulling,
	"ImagePullBackOff":           pulling,
	"ErrImageNeverPull":          pulling,
	"ImageInspectError":          pulling,
	"InvalidImageName":           pulling,
	"RegistryUnavailable":        pulling,
	"SignatureValidationFailed":  pulling,
	"CreateContainerConfigError": func(_ *clues, _ seat, _, text string) (symptom, bool) { return configFailure(text), text != "" },
	"CreateContainerError":       func(_ *clues, s seat, _, text string) (symptom, bool) { return createFailure(s.spec, text), text != "" },
	"RunContainerError":          func(_ *clues, s seat, _, text string) (symptom, bool) { return startFailure(s.spec, text), text != "" },
	"PreCreateHookError":         func(_ *clues, s seat, _, text string) (symptom, bool) { return startFailure(s.spec, text), text != "" },
	"PreStartHookError":          func(_ *clues, s seat, _, text string) (symptom, bool) { return startFailure(s.spec, text), text != "" },
	reasonPostStart: func(_ *clues, _ seat, _, text string) (symptom, bool) {
		return failing(LifecycleHookFailed, oneLine(text)), text != ""
	},
}

// inContainer returns what one container shows.
func (c *clues) inContainer(s seat) (symptom, bool) {
	found, ok := c.stuck(s)
	if !ok {
		found, ok = c.crashed(s)
	}
	if !ok {
		found, ok = c.notStarted(s)
	}
	if !ok {
		return symptom{}, false
	}
	found.pod, found.container = s.pod, s.spec.Name
	if found.restarts == 0 {
		found.restarts = s.status.RestartCount
	}
	base := c.history.runs[s.key()].base
	found.rounds = s.status.RestartCount - base
	if found.grade == Failing && found.rounds < FailingRestarts {
		killed := found.cause == LivenessFailing || found.cause == StartupFailing
		found.decision = s.restartsAt(base, base+FailingRestarts, killed)
	}
	return found, true
}

func (c *clues) stuck(s seat) (symptom, bool) {
	w := s.status.State.Waiting
	if w == nil {
		return symptom{}, false
	}
	rule := waitingRules[w.Reason]
	if rule == nil {
		return symptom{}, false
	}
	found, ok := rule(c, s, w.Reason, w.Message)
	if t := s.status.LastTerminationState.Terminated; ok && t != nil && w.Reason == "RunContainerError" {
		code := t.ExitCode
		found.exitCode = &code
	}
	return found, ok
}

// pulling reads the message, then what the kubelet said before, then the events: kubelets before
// 1.31 keep the cause out of the back-off's message.
func pulling(c *clues, s seat, reason, text string) (symptom, bool) {
	if found, ok := pullFailure(s, reason, text); ok {
		return c.withPullSecret(s, found), true
	}
	if said := c.history.said[s.key()]; said.text != "" && said.reason != reasonPostStart {
		if found, ok := pullFailure(s, said.reason, said.text); ok {
			return found, true
		}
	}
	if note := c.notes[s.pod.UID].of(s.spec.Name).latest("ailed to pull image", "Failed"); note != nil {
		if found, ok := pullFailure(s, "", noteText(note)); ok {
			return found, true
		}
	}
	found := waiting(ImagePullFailed, oneLine(text))
	found.wantsEvents, found.vague = true, !c.sawEvents(s.pod.UID)
	return found, text != ""
}

// withPullSecret adds that a pull secret could not be read, which the kubelet only warns of.
func (c *clues) withPullSecret(s seat, found symptom) symptom {
	if found.cause != ImageUnauthorized {
		return found
	}
	if note := c.notes[s.pod.UID].latest("image pull secret", "FailedToRetrieveImagePullSecret"); note != nil {
		found.message = oneLine(found.message + ": " + noteText(note))
	}
	return found
}

// unreadyTime is how long a container may run without being ready before that is worth a word.
const unreadyTime = 5 * time.Second

// notStarted: the container runs, and the pod waits for it to finish, to start up or to get ready.
func (c *clues) notStarted(s seat) (symptom, bool) {
	if !s.running() || s.serving() || !longEnough(c, c.history.starting, s.key(), unreadyTime) {
		return symptom{}, false
	}
	mine := c.notes[s.pod.UID].of(s.spec.Name)
	unready := mine.latest("Readiness probe", "Unhealthy")
	switch {
	case s.role == roleInit:
		return waiting(InitRunning, "init container "+s.spec.Name+" is still running"), true
	case s.spec.StartupProbe != nil && (s.status.Started == nil || !*s.status.Started):
		return c.probing(s, StartupFailing, mine.latest("Startup probe", "Unhealthy"), "startup probe has not passed yet")
	case s.spec.ReadinessProbe != nil || unready != nil: // the lab probes without one, and says so
		return c.probing(s, ReadinessFailing, unready, "readiness probe has not passed yet")
	}
	return symptom{}, false
}

// probing names a probe that does not pass, in the words of the last attempt. Until the kubelet
// kills for it, a startup probe that fails is no more than a slow start.
func (c *clues) probing(s seat, cause Cause, note *corev1.Event, unseen string) (symptom, bool) {
	message := unseen
	if note != nil {
		message = oneLine(noteText(note))
	}
	found := waiting(cause, message)
	found.wantsEvents, found.vague = true, note == nil && !c.sawEvents(s.pod.UID)
	return found, true
}
