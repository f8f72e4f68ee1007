package lifecycle

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// configError is why a container's configuration can't be made, in the
// kubelet's words and in its order: env sources first, then security.
func (m *Machine) configError(u *unit) string {
	for _, from := range u.EnvFrom {
		if err := m.envFromError(from); err != "" {
			return err
		}
	}
	for _, env := range u.Env {
		if env.Value != "" || env.ValueFrom == nil {
			continue
		}
		if err := m.envError(env.ValueFrom); err != "" {
			return err
		}
	}
	return m.rootError(u)
}

func (m *Machine) envFromError(from corev1.EnvFromSource) string {
	if ref := from.ConfigMapRef; ref != nil {
		if _, found := m.lookups.ConfigMap(ref.Name); !found && !isTrue(ref.Optional) {
			return notFound("configmap", ref.Name)
		}
	}
	if ref := from.SecretRef; ref != nil {
		if _, found := m.lookups.Secret(ref.Name); !found && !isTrue(ref.Optional) {
			return notFound("secret", ref.Name)
		}
	}
	return ""
}

func (m *Machine) envError(from *corev1.EnvVarSource) string {
	if ref := from.ConfigMapKeyRef; ref != nil && !isTrue(ref.Optional) {
		keys, found := m.lookups.ConfigMap(ref.Name)
		if !found {
			return notFound("configmap", ref.Name)
		}
		if !keys.has(ref.Key) {
			return fmt.Sprintf("couldn't find key %v in ConfigMap %v/%v", ref.Key, m.pod.Namespace, ref.Name)
		}
	}
	if ref := from.SecretKeyRef; ref != nil && !isTrue(ref.Optional) {
		keys, found := m.lookups.Secret(ref.Name)
		if !found {
			return notFound("secret", ref.Name)
		}
		if !keys.has(ref.Key) {
			return fmt.Sprintf("couldn't find key %v in Secret %v/%v", ref.Key, m.pod.Namespace, ref.Name)
		}
	}
	return ""
}

// rootError is the check of runAsNonRoot against the image's user, which is 0
// only for an image that says so.
func (m *Machine) rootError(u *unit) string {
	var nonRoot *bool
	var user *int64
	if s := m.pod.Spec.SecurityContext; s != nil {
		nonRoot, user = s.RunAsNonRoot, s.RunAsUser
	}
	if s := u.SecurityContext; s != nil {
		if s.RunAsNonRoot != nil {
			nonRoot = s.RunAsNonRoot
		}
		if s.RunAsUser != nil {
			user = s.RunAsUser
		}
	}
	pod := fmt.Sprintf("%s_%s(%s)", m.pod.Name, m.pod.Namespace, m.pod.UID)
	switch {
	case !isTrue(nonRoot):
		return ""
	case user != nil && *user == 0:
		return fmt.Sprintf("container's runAsUser breaks non-root policy (pod: %q, container: %s)", pod, u.Name)
	case user == nil && u.behavior.Root:
		return fmt.Sprintf("container has runAsNonRoot and image will run as root (pod: %q, container: %s)", pod, u.Name)
	}
	return ""
}

func notFound(kind, name string) string { return fmt.Sprintf("%s %q not found", kind, name) }

func isTrue(b *bool) bool { return b != nil && *b }
