package lifecycle

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

type role int

const (
	roleMain role = iota
	roleInit
	// roleSidecar is an init container with restartPolicy Always.
	roleSidecar
)

// unit is a container of the spec, with what it is and does.
type unit struct {
	*corev1.Container
	role     role
	behavior Behavior
}

// fieldPath names the container in events.
func (u *unit) fieldPath() string {
	if u.role == roleMain {
		return fmt.Sprintf("spec.containers{%s}", u.Name)
	}
	return fmt.Sprintf("spec.initContainers{%s}", u.Name)
}

// unitsOf reads the pod's containers in their order, init containers first. What the words of its node
// say holds for all of them.
func unitsOf(pod *corev1.Pod, ofNode string) (inits, mains []*unit) {
	for i := range pod.Spec.InitContainers {
		u := &unit{Container: &pod.Spec.InitContainers[i], role: roleInit}
		if u.RestartPolicy != nil && *u.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			u.role = roleSidecar
		}
		u.behavior = behaviorOf(pod, u.Container, ofNode)
		inits = append(inits, u)
	}
	for i := range pod.Spec.Containers {
		u := &unit{Container: &pod.Spec.Containers[i], role: roleMain}
		u.behavior = behaviorOf(pod, u.Container, ofNode)
		mains = append(mains, u)
	}
	for _, u := range mains {
		placeInitFail(u, inits)
	}
	for _, u := range append(inits, mains...) {
		imply(u)
	}
	return inits, mains
}

func behaviorOf(pod *corev1.Pod, c *corev1.Container, ofNode string) Behavior {
	words, ok := annotation(pod, AnnotationBehavior, c.Name)
	if !ok {
		words = wordsOfImage(c.Image)
	}
	return ParseBehavior(words + "-" + ofNode)
}

// placeInitFail gives initfail on a main container to the pod's first init
// container, for that runs before it on behalf of the same release. A pod that
// has none crashes.
func placeInitFail(u *unit, inits []*unit) {
	if u.behavior.Exit != wordInitFail {
		return
	}
	for _, i := range inits {
		if i.role == roleInit {
			i.behavior.Exit, u.behavior.Exit = wordInitFail, ""
			return
		}
	}
	u.behavior.Exit = wordCrash
}

// imply adds the probe or hook that a word speaks of where the container has
// none: the word must do what it says on any pod.
func imply(u *unit) {
	b := &u.behavior
	needs := b.Ready != "" && u.ReadinessProbe == nil && u.role != roleInit
	needs = needs || b.Liveness && u.LivenessProbe == nil || b.Startup && u.StartupProbe == nil
	needs = needs || b.PostStart && (u.Lifecycle == nil || u.Lifecycle.PostStart == nil)
	if !needs {
		return
	}
	c := u.Container.DeepCopy()
	u.Container = c
	if b.Ready != "" && c.ReadinessProbe == nil {
		c.ReadinessProbe = impliedProbe(c, "/ready", 5, 3)
	}
	if b.Liveness && c.LivenessProbe == nil {
		c.LivenessProbe = impliedProbe(c, "/live", 5, 3)
	}
	if b.Startup && c.StartupProbe == nil {
		c.StartupProbe = impliedProbe(c, "/ready", 3, 5)
	}
	if b.PostStart && (c.Lifecycle == nil || c.Lifecycle.PostStart == nil) {
		if c.Lifecycle == nil {
			c.Lifecycle = &corev1.Lifecycle{}
		}
		c.Lifecycle.PostStart = &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"/app", "warmup"}}}
	}
}

func impliedProbe(c *corev1.Container, path string, period, failures int32) *corev1.Probe {
	probe := &corev1.Probe{PeriodSeconds: period, FailureThreshold: failures, SuccessThreshold: 1, TimeoutSeconds: 1}
	probe.HTTPGet = &corev1.HTTPGetAction{Path: path, Scheme: corev1.URISchemeHTTP}
	probe.HTTPGet.Port.IntVal = int32(portOf(c))
	return probe
}

// portOf is the port that the program serves on: the first it declares.
func portOf(c *corev1.Container) int {
	if len(c.Ports) > 0 {
		return int(c.Ports[0].ContainerPort)
	}
	return 8080
}

// restarts tells whether a container that ended with code starts again.
func (m *Machine) restarts(u *unit, code int32) bool {
	if u.role == roleSidecar {
		return true
	}
	policy := m.pod.Spec.RestartPolicy
	if u.RestartPolicy != nil {
		policy = corev1.RestartPolicy(*u.RestartPolicy)
	} else if u.role == roleInit && policy == corev1.RestartPolicyAlways {
		policy = corev1.RestartPolicyOnFailure
	}
	switch policy {
	case corev1.RestartPolicyNever:
		return false
	case corev1.RestartPolicyOnFailure:
		return code != 0
	}
	return true
}
