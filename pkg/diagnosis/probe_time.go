package diagnosis

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// killedInProbeTime names a failing probe by the times of the runs, where no event is left. The container ran for as long as
// the probe takes to fail, ended as a stopped one does, and came back sooner than one that ends on its own.
func killedInProbeTime(ev *evidence, ref containerRef, ended *corev1.ContainerStateTerminated, _ LogKey) (symptom, bool) {
	if !ev.eventless(ref.pod.UID) || !slices.Contains(killedExits, ended.ExitCode) || !ref.restartedSooner(ended) {
		return symptom{}, false
	}
	ran := ended.FinishedAt.Sub(ended.StartedAt.Time)
	for _, kind := range []struct {
		name  string
		probe *corev1.Probe
		cause Cause
	}{{"startup", ref.spec.StartupProbe, StartupFailing}, {"liveness", ref.spec.LivenessProbe, LivenessFailing}} {
		if kind.probe == nil || !failsAfter(kind.probe, ref.graceOf(kind.probe), ended.ExitCode, ran) {
			continue
		}
		return failing(kind.cause, fmt.Sprintf("each run ended after %s, which is when its %s probe (%ds x %d) fails; a crash would have a back-off. No event is left",
			ran, kind.name, kind.probe.PeriodSeconds, kind.probe.FailureThreshold)), true
	}
	return symptom{}, false
}

// restartedSooner tells whether the restarts have taken less than half of the back-off after crashes: the kubelet has none
// after most of its own kills. All runs are taken to be as long as the last.
func (ref containerRef) restartedSooner(ended *corev1.ContainerStateTerminated) bool {
	restarts := ref.status.RestartCount
	if restarts < 2 || ref.pod.Status.StartTime == nil {
		return false
	}
	last := ended.StartedAt.Time // of the run number restarts, or of the one before it
	if r := ref.status.State.Running; r != nil {
		last = r.StartedAt.Time
	}
	var backOff time.Duration
	for n := range restarts {
		backOff += restartGap(n + 1)
	}
	ran := ended.FinishedAt.Sub(ended.StartedAt.Time)
	between := last.Sub(ref.pod.Status.StartTime.Time) - time.Duration(restarts)*ran
	return between > -time.Duration(restarts)*time.Second && between < backOff/2 // times are whole seconds
}

func (ref containerRef) graceOf(p *corev1.Probe) time.Duration {
	seconds := p.TerminationGracePeriodSeconds
	if seconds == nil {
		seconds = ref.pod.Spec.TerminationGracePeriodSeconds
	}
	if seconds == nil {
		return 30 * time.Second // the API's default
	}
	return time.Duration(*seconds) * time.Second
}

// failsAfter tells whether a probe that never passed ends a run after that time. A program that handles SIGTERM may use its
// grace period; times in a status are whole seconds.
func failsAfter(p *corev1.Probe, grace time.Duration, code int32, ran time.Duration) bool {
	seconds := func(n int32) time.Duration { return time.Duration(n) * time.Second }
	period, threshold := max(1, p.PeriodSeconds), max(1, p.FailureThreshold)
	least := seconds(p.InitialDelaySeconds + period*(threshold-1) - 1)
	most := seconds(p.InitialDelaySeconds + period*threshold + max(1, p.TimeoutSeconds) + 2)
	if code == 137 {
		most += grace
	}
	return ran >= least && ran <= most
}
