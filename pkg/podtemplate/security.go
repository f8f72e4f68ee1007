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

// secure sets the fields of a profile. A weaker profile takes away only what Restricted sets. Restricted also takes away what
// contradicts it.
func secure(spec *corev1.PodSpec, profile Security) {
	pod := cmp.Or(spec.SecurityContext, &corev1.PodSecurityContext{}).DeepCopy()
	pod.RunAsNonRoot = nonRoot(pod.RunAsNonRoot, profile)
	switch own := pod.SeccompProfile; {
	case profile == Restricted && confined(own), profile == Baseline && own != nil && own.Type != corev1.SeccompProfileTypeUnconfined:
	case profile != Unconfined:
		pod.SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}
	case own != nil && own.Type == corev1.SeccompProfileTypeRuntimeDefault:
		pod.SeccompProfile = nil
	}
	if spec.SecurityContext = pod; equality.Semantic.DeepEqual(pod, &corev1.PodSecurityContext{}) {
		spec.SecurityContext = nil
	}
	for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			secureContainer(&containers[i], profile)
		}
	}
}

// nonRoot is runAsNonRoot under a profile.
func nonRoot(own *bool, profile Security) *bool {
	switch {
	case profile == Restricted:
		return new(true)
	case own != nil && *own:
		return nil
	}
	return own
}

// confined tells whether a seccomp profile is one that Restricted allows.
func confined(p *corev1.SeccompProfile) bool {
	return p != nil && (p.Type == corev1.SeccompProfileTypeRuntimeDefault || p.Type == corev1.SeccompProfileTypeLocalhost)
}

func secureContainer(c *corev1.Container, profile Security) {
	const all = corev1.Capability("ALL")
	s := cmp.Or(c.SecurityContext, &corev1.SecurityContext{}).DeepCopy()
	capabilities := cmp.Or(s.Capabilities, &corev1.Capabilities{})
	capabilities.Drop = slices.DeleteFunc(capabilities.Drop, func(c corev1.Capability) bool { return c == all })
	if profile == Restricted {
		capabilities.Drop = []corev1.Capability{all}
		capabilities.Add = slices.DeleteFunc(capabilities.Add, func(c corev1.Capability) bool { return c != "NET_BIND_SERVICE" })
		if s.Privileged = nil; s.RunAsNonRoot != nil && !*s.RunAsNonRoot {
			s.RunAsNonRoot = nil
		}
		if s.RunAsUser != nil && *s.RunAsUser == 0 {
			s.RunAsUser = nil
		}
		if !confined(s.SeccompProfile) {
			s.SeccompProfile = nil
		}
	}
	switch own := s.AllowPrivilegeEscalation; {
	case s.Privileged != nil && *s.Privileged: // the API takes no other value beside it
	case profile != Unconfined:
		s.AllowPrivilegeEscalation = new(false)
	case own != nil && !*own:
		s.AllowPrivilegeEscalation = nil
	}
	if s.Capabilities = capabilities; len(capabilities.Drop)+len(capabilities.Add) == 0 {
		s.Capabilities = nil
	}
	if c.SecurityContext = s; equality.Semantic.DeepEqual(s, &corev1.SecurityContext{}) {
		c.SecurityContext = nil
	}
}
