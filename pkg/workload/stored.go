package workload

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// Dropped names what was asked for and the API server does not store, since a webhook or a policy has
// changed it: "the variable LOG_LEVEL of container web". What it adds, and other forms of an image, are left out.
func Dropped(before, asked, stored *corev1.PodTemplateSpec) []string {
	var dropped []string
	images, storedImages := Images(before), Images(stored)
	for _, c := range slices.Concat(asked.Spec.InitContainers, asked.Spec.Containers) {
		was, is := images[c.Name], storedImages[c.Name]
		if c.Image != was && is == was && !keepsImage(c.Image, is) {
			dropped = append(dropped, "the image "+c.Image+" of container "+c.Name)
		}
	}
	env, storedEnv := envByContainer(before), envByContainer(stored)
	for _, c := range slices.Concat(asked.Spec.InitContainers, asked.Spec.Containers) {
		for _, name := range droppedEnv(env[c.Name], c.Env, storedEnv[c.Name]) {
			dropped = append(dropped, name+" of container "+c.Name)
		}
	}
	return dropped
}

func droppedEnv(before, asked, stored []corev1.EnvVar) []string {
	var names []string
	for _, v := range slices.Concat(before, asked) {
		was, want, is := named(before, v.Name), named(asked, v.Name), named(stored, v.Name)
		if equality.Semantic.DeepEqual(was, want) || equality.Semantic.DeepEqual(lastOf(want), lastOf(is)) {
			continue
		}
		what := "the variable " + v.Name
		if len(want) == 0 {
			what = "the removal of the variable " + v.Name
		}
		names = appendOnce(names, what)
	}
	return names
}

// lastOf is the variable that a container gets, of those of one name.
func lastOf(env []corev1.EnvVar) []corev1.EnvVar { return env[max(0, len(env)-1):] }

// Stores tells whether the template that is stored is the one that was asked for, but for the form of its
// images. An image as it was before is no other form of one: nobody has written anything.
func Stores(before, asked, stored *corev1.PodTemplateSpec) bool {
	was, is := Images(before), Images(stored)
	return SameTemplate(stored, withImages(asked, func(container, image string) string {
		if is[container] != was[container] && SameImage(image, is[container]) {
			return is[container]
		}
		return image
	}))
}

// SameButImages tells whether two templates differ in their images alone.
func SameButImages(a, b *corev1.PodTemplateSpec) bool {
	images := Images(a)
	return SameTemplate(a, withImages(b, func(container, _ string) string { return images[container] }))
}

// sameButResources tells whether two templates differ in the resources of their containers alone.
func sameButResources(a, b *corev1.PodTemplateSpec) bool {
	a, b = a.DeepCopy(), b.DeepCopy()
	for _, t := range []*corev1.PodTemplateSpec{a, b} {
		for _, containers := range [][]corev1.Container{t.Spec.InitContainers, t.Spec.Containers} {
			for i := range containers {
				containers[i].Resources = corev1.ResourceRequirements{}
			}
		}
	}
	return SameTemplate(a, b)
}

func withImages(t *corev1.PodTemplateSpec, image func(container, image string) string) *corev1.PodTemplateSpec {
	t = t.DeepCopy()
	for _, containers := range [][]corev1.Container{t.Spec.InitContainers, t.Spec.Containers} {
		for i := range containers {
			containers[i].Image = image(containers[i].Name, containers[i].Image)
		}
	}
	return t
}

// SameImage tells whether the image that is stored can be the one that was asked for, in a form that policies
// give it: from a mirror of the registry, or by its digest.
func SameImage(asked, stored string) bool {
	a, s := parseImage(asked), parseImage(stored)
	switch {
	case !mirrors(a, s):
		return false
	case a.digest != "":
		return a.digest == s.digest
	case s.tag == "" && s.digest != "":
		return true
	}
	return cmp.Or(a.tag, "latest") == cmp.Or(s.tag, "latest")
}

// keepsImage tells whether an image that stays as it was is the one that was asked for all the same. A digest
// alone does not tell of which tag it is.
func keepsImage(asked, stored string) bool {
	a, s := parseImage(asked), parseImage(stored)
	return SameImage(asked, stored) && (a.digest != "" || s.digest == "" || s.tag != "")
}

type image struct{ registry, path, tag, digest string }

func parseImage(text string) image {
	name, digest, _ := strings.Cut(text, "@")
	registry, path, tag, _ := splitImage(name)
	return image{cmp.Or(registry, "docker.io"), strings.TrimPrefix(path, "library/"), tag, digest}
}

// mirrors tells whether the repository of stored can be a copy of that of asked: with more in front of its path or,
// in another registry, with less.
func mirrors(asked, stored image) bool {
	within := func(path, of string) bool { return path == of || strings.HasSuffix(of, "/"+path) }
	return within(asked.path, stored.path) || asked.registry != stored.registry && within(stored.path, asked.path)
}
