package podtemplate

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// Security is a profile of security contexts. The names are those of the Pod Security Standards.
type Security string

// The profiles.
const (
	// Restricted is what the standard of this name asks for: no root, no capabilities. Many public images run as root, and
	// do not start under it.
	Restricted Security = "restricted"
	// Baseline is the part of Restricted that does not depend on the image: no way to more privileges than the container
	// begins with, and the system calls that the runtime's default profile allows.
	Baseline Security = "baseline"
	// Unconfined sets nothing, as kubectl does.
	Unconfined Security = "none"
)

// LabelEnforce is the label of a namespace with the standard that its pods have to meet.
const LabelEnforce = "pod-security.kubernetes.io/enforce"

// SecurityOf is the profile for the pods of a namespace with these labels: what it enforces, or else Baseline.
func SecurityOf(namespace map[string]string) Security {
	switch namespace[LabelEnforce] {
	case "restricted":
		return Restricted
	case "privileged":
		return Unconfined
	}
	return Baseline
}

// RunsAsRoot tells whether the kubelet's message says that a container is not started since its image runs, or may run, as
// root.
func RunsAsRoot(message string) bool {
	return strings.Contains(message, "runAsNonRoot") &&
		(strings.Contains(message, "will run as root") || strings.Contains(message, "non-numeric user"))
}

// secure sets the fields of a profile. Those of a stricter one are taken away; all others stay.
func secure(spec *corev1.PodSpec, profile Security) {
	var root, escalate *bool
	var seccomp *corev1.SeccompProfile
	if profile == Restricted {
		root = new(true)
	}
	if profile != Unconfined {
		seccomp, escalate = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}, new(false)
	}
	pod := cmp.Or(spec.SecurityContext, &corev1.PodSecurityContext{}).DeepCopy()
	pod.RunAsNonRoot, pod.SeccompProfile = root, seccomp
	if spec.SecurityContext = pod; equality.Semantic.DeepEqual(pod, &corev1.PodSecurityContext{}) {
		spec.SecurityContext = nil
	}
	for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			secureContainer(&containers[i], escalate, profile == Restricted)
		}
	}
}

func secureContainer(c *corev1.Container, escalate *bool, dropAll bool) {
	const all = corev1.Capability("ALL")
	s := cmp.Or(c.SecurityContext, &corev1.SecurityContext{}).DeepCopy()
	s.AllowPrivilegeEscalation = escalate
	capabilities := cmp.Or(s.Capabilities, &corev1.Capabilities{})
	capabilities.Drop = slices.DeleteFunc(capabilities.Drop, func(c corev1.Capability) bool { return c == all })
	if dropAll {
		capabilities.Drop = []corev1.Capability{all}
	}
	if s.Capabilities = capabilities; len(capabilities.Drop)+len(capabilities.Add) == 0 {
		s.Capabilities = nil
	}
	if c.SecurityContext = s; equality.Semantic.DeepEqual(s, &corev1.SecurityContext{}) {
		c.SecurityContext = nil
	}
}
