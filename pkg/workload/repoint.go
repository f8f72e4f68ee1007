package workload

import corev1 "k8s.io/api/core/v1"

// Repoint makes every reference to one Secret or ConfigMap in a template one to another of that kind, and
// counts them. It knows the places that References knows.
func Repoint(t *corev1.PodTemplateSpec, kind ReferenceKind, from, to string) (places int) {
	point := func(k ReferenceKind, name *string) {
		if k == kind && *name == from {
			*name = to
			places++
		}
	}
	for _, containers := range [][]corev1.Container{t.Spec.InitContainers, t.Spec.Containers} {
		for i := range containers {
			pointContainer(&containers[i], point)
		}
	}
	for i := range t.Spec.Volumes {
		pointVolume(&t.Spec.Volumes[i], point)
	}
	for i := range t.Spec.ImagePullSecrets {
		point(SecretReference, &t.Spec.ImagePullSecrets[i].Name)
	}
	return places
}

func pointContainer(c *corev1.Container, point func(ReferenceKind, *string)) {
	for i := range c.EnvFrom {
		if s := c.EnvFrom[i].SecretRef; s != nil {
			point(SecretReference, &s.Name)
		}
		if m := c.EnvFrom[i].ConfigMapRef; m != nil {
			point(ConfigMapReference, &m.Name)
		}
	}
	for i := range c.Env {
		v := c.Env[i].ValueFrom
		if v == nil {
			continue
		}
		if s := v.SecretKeyRef; s != nil {
			point(SecretReference, &s.Name)
		}
		if m := v.ConfigMapKeyRef; m != nil {
			point(ConfigMapReference, &m.Name)
		}
	}
}

func pointVolume(v *corev1.Volume, point func(ReferenceKind, *string)) {
	if s := v.Secret; s != nil {
		point(SecretReference, &s.SecretName)
	}
	if m := v.ConfigMap; m != nil {
		point(ConfigMapReference, &m.Name)
	}
	if v.Projected == nil {
		return
	}
	for i := range v.Projected.Sources {
		if s := v.Projected.Sources[i].Secret; s != nil {
			point(SecretReference, &s.Name)
		}
		if m := v.Projected.Sources[i].ConfigMap; m != nil {
			point(ConfigMapReference, &m.Name)
		}
	}
}
