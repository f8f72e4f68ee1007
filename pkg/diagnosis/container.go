package diagnosis

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// reasonPostStart is the kubelet's word for a failed postStart hook. It stands for a moment only.
const reasonPostStart = "PostStartHookError"

// waitingRules interpret the message of a waiting container by the kubelet's reason. Other reasons (CrashLoopBackOff
// above all) explain nothing: the last termination does.
var waitingRules = map[string]func(ev *evidence, ref containerRef, reason, text string) (symptom, bool){
	"ErrImagePull":              pulling,
	"ImagePullBackOff":          pulling,
	"ErrImageNeverPull":         pulling,
	"ImageInspectError":         pulling,
	"InvalidImageName":          pulling,
	"RegistryUnavailable":       pulling,
	"SignatureValidationFailed": pulling,
	"CreateContainerConfigError": func(_ *evidence, _ containerRef, _, text string) (symptom, bool) {
		return configFailure(text), text != ""
	},
	"CreateContainerError": func(_ *evidence, ref containerRef, _, text string) (symptom, bool) {
		return createFailure(ref.spec, text), text != ""
	},
	"RunContainerError": func(_ *evidence, ref containerRef, _, text string) (symptom, bool) {
		return startFailure(ref.spec, text), text != ""
	},
	"PreCreateHookError": func(_ *evidence, ref containerRef, _, text string) (symptom, bool) {
		return startFailure(ref.spec, text), text != ""
	},
	"PreStartHookError": func(_ *evidence, ref containerRef, _, text string) (symptom, bool) {
		return startFailure(ref.spec, text), text != ""
	},
	reasonPostStart: func(_ *evidence, _ containerRef, _, text string) (symptom, bool) {
		return failing(LifecycleHookFailed, oneLine(text)), text != ""
	},
}

// inContainer returns what one container shows.
func (ev *evidence) inContainer(ref containerRef) (symptom, bool) {
	found, ok := ev.stuck(ref)
	if !ok {
		found, ok = ev.crashed(ref)
	}
	if !ok {
		found, ok = ev.notStarted(ref)
	}
	if !ok {
		return symptom{}, false
	}
	if found.source.Field == "" {
		found.source.Field = ref.field()
	}
	found.pod, found.container = ref.pod, ref.spec.Name
	if found.restarts == 0 {
		found.restarts = ref.status.RestartCount
	}
	base := ev.history.runs[ref.key()].base
	found.rounds = ref.status.RestartCount - base
	if found.grade == Failing && found.rounds < FailingRestarts {
		killed := found.cause == LivenessFailing || found.cause == StartupFailing
		found.decision = ref.restartsAt(base, base+FailingRestarts, killed)
	}
	return found, true
}

func (ev *evidence) stuck(ref containerRef) (symptom, bool) {
	w := ref.status.State.Waiting
	if w == nil {
		return symptom{}, false
	}
	rule := waitingRules[w.Reason]
	if rule == nil {
		return symptom{}, false
	}
	found, ok := rule(ev, ref, w.Reason, w.Message)
	if t := ref.status.LastTerminationState.Terminated; ok && t != nil && w.Reason == "RunContainerError" {
		code := t.ExitCode
		found.exitCode = &code
	}
	return found, ok
}

// pulling reads the message, then the kubelet's earlier message, then the events: kubelets before 1.31 keep the cause out
// of the back-off's message.
func pulling(ev *evidence, ref containerRef, reason, text string) (symptom, bool) {
	if found, ok := pullFailure(ref, reason, text); ok {
		return ev.withPullSecret(ref, found), true
	}
	if said := ev.history.said[ref.key()]; said.text != "" && said.reason != reasonPostStart {
		if found, ok := pullFailure(ref, said.reason, said.text); ok {
			return found, true
		}
	}
	if event := ev.events[ref.pod.UID].of(ref.spec.Name).latest("ailed to pull image", "Failed"); event != nil {
		if found, ok := pullFailure(ref, "", eventText(event)); ok {
			return found.fromEvent(event), true
		}
	}
	found := waiting(ImagePullFailed, oneLine(text))
	found.wantsEvents, found.vague = true, !ev.sawEvents(ref.pod.UID)
	return found, text != ""
}

// withPullSecret adds that a pull secret could not be read, which the kubelet only warns of.
func (ev *evidence) withPullSecret(ref containerRef, found symptom) symptom {
	if found.cause != ImageUnauthorized {
		return found
	}
	if event := ev.events[ref.pod.UID].latest("image pull secret", "FailedToRetrieveImagePullSecret"); event != nil {
		found.message = oneLine(found.message + ": " + eventText(event))
	}
	return found
}

// unreadyTime is how long a container may run without being ready before that becomes a finding.
const unreadyTime = 5 * time.Second

// notStarted finds a running container that has yet to finish, to start up or to become ready.
func (ev *evidence) notStarted(ref containerRef) (symptom, bool) {
	if !ref.running() || ref.serving() || !longEnough(ev, ev.history.starting, ref.key(), unreadyTime) {
		return symptom{}, false
	}
	mine := ev.events[ref.pod.UID].of(ref.spec.Name)
	unready := mine.latest("Readiness probe", "Unhealthy")
	switch {
	case ref.role == roleInit:
		return waiting(InitRunning, "init container "+ref.spec.Name+" is still running"), true
	case ref.spec.StartupProbe != nil && (ref.status.Started == nil || !*ref.status.Started):
		return ev.probing(ref, StartupFailing, mine.latest("Startup probe", "Unhealthy"), "startup probe has not passed yet")
	case ref.spec.ReadinessProbe != nil || unready != nil: // the lab probes without one, and says so
		return ev.probing(ref, ReadinessFailing, unready, "readiness probe has not passed yet")
	}
	return symptom{}, false
}

// probing names a failing probe by the event of its last attempt. A failing startup probe is only a slow start until the
// kubelet kills the container.
func (ev *evidence) probing(ref containerRef, cause Cause, event *corev1.Event, unseen string) (symptom, bool) {
	message := unseen
	if event != nil {
		message = oneLine(eventText(event))
	}
	found := waiting(cause, message)
	if event != nil {
		found = found.fromEvent(event)
	}
	found.wantsEvents, found.vague = true, event == nil && !ev.sawEvents(ref.pod.UID)
	return found, true
}
