package workload

import (
	"cmp"
	"path"
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
		if c.Image != was && is == was && !SameImage(c.Image, is) {
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
// images.
func Stores(asked, stored *corev1.PodTemplateSpec) bool {
	same := asked.DeepCopy()
	images := Images(stored)
	for _, containers := range [][]corev1.Container{same.Spec.InitContainers, same.Spec.Containers} {
		for i := range containers {
			if is := images[containers[i].Name]; SameImage(containers[i].Image, is) {
				containers[i].Image = is
			}
		}
	}
	return SameTemplate(same, stored)
}

// SameImage tells whether the image that is stored is the one that was asked for, in a form that policies
// give it: from a mirror of the registry, or by its digest.
func SameImage(asked, stored string) bool {
	a, aDigest, _ := strings.Cut(asked, "@")
	s, sDigest, _ := strings.Cut(stored, "@")
	_, aPath, aTag, _ := splitImage(a)
	_, sPath, sTag, _ := splitImage(s)
	switch {
	case path.Base(aPath) != path.Base(sPath):
		return false
	case aDigest != "":
		return aDigest == sDigest
	case sTag == "" && sDigest != "":
		return true
	}
	return cmp.Or(aTag, "latest") == cmp.Or(sTag, "latest")
}
