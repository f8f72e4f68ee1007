package diagnosis

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// Which run a status speaks of, and whether it ended as it should not.
func TestCrash(t *testing.T) {
	tests := []struct {
		name, spec, status string
		run                int32
		previous, crashed  bool
	}{
		{"running for the first time", `{name: a}`, `{name: a, state: {running: {}}}`, 0, false, false},
		{"ended", `{name: a}`, `{name: a, restartCount: 2, state: {terminated: {exitCode: 1}}}`, 2, false, true},
		{"ended well, which a program of a Deployment does not", `{name: a}`, `{name: a, state: {terminated: {exitCode: 0}}}`, 0, false, true},
		{"running again", `{name: a}`, `{name: a, restartCount: 2, state: {running: {}}, lastState: {terminated: {exitCode: 1}}}`, 1, true, true},
		{"waiting to run again", `{name: a}`, `{name: a, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}}`, 2, false, true},
		{"waiting for the first time", `{name: a}`, `{name: a, state: {waiting: {reason: ContainerCreating}}}`, 0, false, false},
		{"lost from sight", `{name: a}`, `{name: a, restartCount: 1, state: {running: {}}, lastState: {terminated: {exitCode: 137, reason: ContainerStatusUnknown}}}`, 0, false, false},
	}
	for _, tt := range tests {
		p := podFrom(t, "spec: {containers: ["+tt.spec+"]}\nstatus: {containerStatuses: ["+tt.status+"]}")
		for ref := range containers(p) {
			ended, run := ref.crash()
			if (ended != nil) != tt.crashed {
				t.Errorf("%s: crashed %v, want %v", tt.name, ended != nil, tt.crashed)
			}
			if tt.crashed && (run.Restart != tt.run || run.Previous != tt.previous || run.Container != "a" || run.PodUID != "web-1") {
				t.Errorf("%s: %+v, want run %d, previous %v", tt.name, run, tt.run, tt.previous)
			}
		}
	}
}

func TestContainerIsServing(t *testing.T) {
	const running = "state: {running: {}}"
	tests := []struct {
		name, spec, status string
		want               bool
	}{
		{"ready", `containers: [{name: a}]`, `containerStatuses: [{name: a, ready: true, ` + running + `}]`, true},
		{"not ready", `containers: [{name: a}]`, `containerStatuses: [{name: a, ` + running + `}]`, false},
		{"ended", `containers: [{name: a}]`, `containerStatuses: [{name: a, state: {terminated: {}}}]`, false},
		{"init done", `initContainers: [{name: a}]`, `initContainerStatuses: [{name: a, ready: true, state: {terminated: {exitCode: 0}}}]`, true},
		{"init failed", `initContainers: [{name: a}]`, `initContainerStatuses: [{name: a, state: {terminated: {exitCode: 1}}}]`, false},
		{"init under way", `initContainers: [{name: a}]`, `initContainerStatuses: [{name: a, started: true, ` + running + `}]`, false},
		{"sidecar started", `initContainers: [{name: a, restartPolicy: Always}]`, `initContainerStatuses: [{name: a, started: true, ` + running + `}]`, true},
		{"sidecar starting", `initContainers: [{name: a, restartPolicy: Always, startupProbe: {}}]`, `initContainerStatuses: [{name: a, started: false, ` + running + `}]`, false},
		{"sidecar not ready", `initContainers: [{name: a, restartPolicy: Always, readinessProbe: {}}]`, `initContainerStatuses: [{name: a, started: true, ` + running + `}]`, false},
		{"sidecar ended", `initContainers: [{name: a, restartPolicy: Always}]`, `initContainerStatuses: [{name: a, state: {terminated: {exitCode: 0}}}]`, false},
	}
	for _, tt := range tests {
		p := podFrom(t, "spec: {"+tt.spec+"}\nstatus: {"+tt.status+"}")
		seen := 0
		for ref := range containers(p) {
			if seen++; ref.serving() != tt.want {
				t.Errorf("%s: serving %v, want %v", tt.name, ref.serving(), tt.want)
			}
		}
		if seen != 1 {
			t.Errorf("%s: %d containers", tt.name, seen)
		}
	}
}

// Containers without a status, and statuses without a container, are left out.
func TestSeatsGoInOrderOfStart(t *testing.T) {
	p := podFrom(t, `
spec: {initContainers: [{name: first}, {name: second, restartPolicy: Always}], containers: [{name: third}, {name: unborn}]}
status:
  containerStatuses: [{name: third}, {name: removed}]
  initContainerStatuses: [{name: second}, {name: first}]
`)
	want := []struct {
		name string
		role role
	}{{"first", roleInit}, {"second", roleSidecar}, {"third", roleMain}}
	i := 0
	for ref := range containers(p) {
		if ref.spec.Name != want[i].name || ref.role != want[i].role {
			t.Errorf("%d: %s as %d, want %s as %d", i, ref.spec.Name, ref.role, want[i].name, want[i].role)
		}
		i++
	}
	if i != len(want) {
		t.Errorf("%d containers, want %d", i, len(want))
	}
	for ref := range containers(p) {
		if ref.spec.Name == "second" {
			break // the reader may leave
		}
	}
}

func TestShapes(t *testing.T) {
	sandbox := corev1.PodCondition{Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionTrue}
	unplaced := ownedPod("new", "p")
	unplaced.Spec.NodeName = ""
	pulling := waitingPod("p", "ContainerCreating", "")
	pulling.Status.Conditions = append(pulling.Status.Conditions, sandbox)
	for name, tt := range map[string]struct {
		pod  *corev1.Pod
		want podPhase
	}{
		"without a node": {unplaced, phaseNone},
		"creating":       {waitingPod("p", "ContainerCreating", ""), phaseCreating},
		"pulling":        {pulling, phasePulling},
		"running":        {readyPod("p"), phaseUnready},
		"crashed":        {crashedPod("p", 1, 1), phaseUnready},
	} {
		if got := phaseOf(tt.pod); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}
