package redact

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// containers returns all containers of a pod.
func containers(spec *corev1.PodSpec) []*corev1.Container {
	var all []*corev1.Container
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			all = append(all, &list[i])
		}
	}
	for i := range spec.EphemeralContainers {
		c := corev1.Container(spec.EphemeralContainers[i].EphemeralContainerCommon)
		all = append(all, &c)
	}
	return all
}

// publicWords are what a template is made of apart from variables.
func publicWords(spec *corev1.PodSpec) []string {
	words := []string{spec.ServiceAccountName, spec.NodeName, spec.Hostname, spec.Subdomain}
	for _, c := range containers(spec) {
		words = append(words, c.Name)
		words = append(words, imageWords(c.Image)...)
		words = append(words, c.Command[:min(len(c.Command), 1)]...)
		for _, m := range c.VolumeMounts {
			words = append(words, m.MountPath)
		}
		for _, e := range c.Env {
			words = append(words, e.Name)
			if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
				words = append(words, e.ValueFrom.SecretKeyRef.Name, e.ValueFrom.SecretKeyRef.Key)
			}
			if e.ValueFrom != nil && e.ValueFrom.ConfigMapKeyRef != nil {
				words = append(words, e.ValueFrom.ConfigMapKeyRef.Name, e.ValueFrom.ConfigMapKeyRef.Key)
			}
		}
		for _, from := range c.EnvFrom {
			if from.SecretRef != nil {
				words = append(words, from.SecretRef.Name)
			}
			if from.ConfigMapRef != nil {
				words = append(words, from.ConfigMapRef.Name)
			}
		}
	}
	for i := range spec.Volumes {
		v := &spec.Volumes[i]
		words = append(words, v.Name)
		switch {
		case v.Secret != nil:
			words = append(words, v.Secret.SecretName)
		case v.ConfigMap != nil:
			words = append(words, v.ConfigMap.Name)
		case v.PersistentVolumeClaim != nil:
			words = append(words, v.PersistentVolumeClaim.ClaimName)
		}
	}
	return words
}

// imageWords are an image, the ends of its path with the tag and without, and the parts of both.
func imageWords(image string) []string {
	words := append(strings.FieldsFunc(image, func(r rune) bool { return strings.ContainsRune("/:@", r) }), image)
	for path, more := image, true; more; _, path, more = strings.Cut(path, "/") {
		tagged, _, _ := strings.Cut(path, "@")
		words = append(words, path, tagged)
		if colon := strings.LastIndexByte(tagged, ':'); colon > strings.LastIndexByte(tagged, '/') {
			words = append(words, tagged[:colon])
		}
	}
	return words
}

// headers are those that the kubelet sends to a container.
func headers(c *corev1.Container) []corev1.HTTPHeader {
	var all []corev1.HTTPHeader
	for _, p := range []*corev1.Probe{c.LivenessProbe, c.ReadinessProbe, c.StartupProbe} {
		if p != nil && p.HTTPGet != nil {
			all = append(all, p.HTTPGet.HTTPHeaders...)
		}
	}
	if c.Lifecycle == nil {
		return all
	}
	for _, h := range []*corev1.LifecycleHandler{c.Lifecycle.PostStart, c.Lifecycle.PreStop} {
		if h != nil && h.HTTPGet != nil {
			all = append(all, h.HTTPGet.HTTPHeaders...)
		}
	}
	return all
}
