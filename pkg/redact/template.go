package redact

import (
	"regexp"
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
		words = append(words, c.Name, c.Image)
		words = append(words, strings.FieldsFunc(c.Image, func(r rune) bool { return strings.ContainsRune("/:@", r) })...)
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

var reference = regexp.MustCompile(`\$\(([A-Za-z0-9_.-]+)\)`)

// arguments learns what $(NAME) makes of a command line: the whole argument where the value is known, else
// the words around it. The lock is held.
func (r *Redactor) arguments(args []string, values map[string]string) {
	for i, arg := range args {
		known := true
		expanded := reference.ReplaceAllStringFunc(arg, func(match string) string {
			value, ok := values[match[2:len(match)-1]]
			known = known && ok
			return value
		})
		for _, at := range reference.FindAllStringSubmatchIndex(arg, -1) {
			if known && (at[0] > 0 && inName(arg[at[0]-1]) || at[1] < len(arg) && inName(arg[at[1]])) {
				r.value(expanded, literal) // the value is a part of a longer word
			}
			if name := arg[at[2]:at[3]]; !r.secretNames[name] && (len(r.prefixes) == 0 || r.literalNames[name] || r.plainNames[name]) {
				continue
			}
			before := arg[:at[0]]
			if strings.TrimSpace(before) == "" && i > 0 {
				before = args[i-1] + " "
			}
			until, _, _ := strings.Cut(arg[at[1]:], " ")
			until, _, _ = strings.Cut(until, "$(")
			r.anchor(anchor{lastWord(before), until})
		}
	}
}

// value is what stands behind an anchor that was found: in the same word, or as the next argument.
func (a *anchor) value(text string, from, to int) []span {
	at := to
	if strings.HasSuffix(a.word, " ") {
		at += len(text[to:]) - len(strings.TrimLeft(text[to:], " \t\n,\"'\\"))
		if at == to {
			return nil
		}
		from = at
	}
	s := following(text, from, at, a.until)
	if s.to <= s.from {
		return nil
	}
	return []span{s}
}

func (r *Redactor) anchor(a anchor) {
	if len(strings.TrimSpace(a.word)) < 2 || r.anchors[a] {
		return
	}
	if r.anchors == nil {
		r.anchors = map[anchor]bool{}
	}
	r.anchors[a], r.compiled = true, nil
}

// lastWord is the last word of a text with the white space that follows it.
func lastWord(text string) string {
	trimmed := strings.TrimRight(text, " \t\n")
	at := strings.LastIndexAny(trimmed, " \t\n\"'")
	if len(trimmed) < len(text) {
		return trimmed[at+1:] + " "
	}
	return text[at+1:]
}
