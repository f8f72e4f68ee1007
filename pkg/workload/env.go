package workload

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// EnvChange names the environment variables in which two templates differ. It has no values: they may
// be secret.
type EnvChange struct {
	// Set are the variables that are new, or have another value or source.
	Set     []string `json:"set,omitempty"`
	Removed []string `json:"removed,omitempty"`
}

// Empty tells that no variable differs.
func (c EnvChange) Empty() bool { return len(c.Set)+len(c.Removed) == 0 }

// CompareEnv compares the containers that both templates have, init containers included. A name stands
// once in each list, in the templates' order.
func CompareEnv(before, after *corev1.PodTemplateSpec) EnvChange {
	var change EnvChange
	all := envByContainer(before)
	for _, c := range slices.Concat(after.Spec.InitContainers, after.Spec.Containers) {
		was, both := all[c.Name]
		if !both {
			continue
		}
		for _, v := range c.Env {
			if !equality.Semantic.DeepEqual(named(was, v.Name), named(c.Env, v.Name)) {
				change.Set = appendOnce(change.Set, v.Name)
			}
		}
		for _, v := range was {
			if len(named(c.Env, v.Name)) == 0 {
				change.Removed = appendOnce(change.Removed, v.Name)
			}
		}
	}
	return change
}

func envByContainer(t *corev1.PodTemplateSpec) map[string][]corev1.EnvVar {
	all := map[string][]corev1.EnvVar{}
	for _, c := range slices.Concat(t.Spec.InitContainers, t.Spec.Containers) {
		all[c.Name] = c.Env
	}
	return all
}

// EnvNames are the variables of a template's containers, each once.
func EnvNames(t *corev1.PodTemplateSpec) []string {
	var names []string
	for _, c := range slices.Concat(t.Spec.InitContainers, t.Spec.Containers) {
		for _, v := range c.Env {
			names = appendOnce(names, v.Name)
		}
	}
	return names
}

// named are the variables of one name: a container gets the last of them.
func named(env []corev1.EnvVar, name string) []corev1.EnvVar {
	var all []corev1.EnvVar
	for _, v := range env {
		if v.Name == name {
			all = append(all, v)
		}
	}
	return all
}

func appendOnce(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}
