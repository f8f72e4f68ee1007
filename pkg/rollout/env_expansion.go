package rollout

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// expansions are the names in $(NAME), which the kubelet replaces by the values of variables. $$ stands for
// a dollar (k8s.io/kubernetes/third_party/forked/golang/expansion).
func expansions(text string) []string {
	var names []string
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 || at+1 == len(text) {
			return names
		}
		operator, rest := text[at+1], text[at+2:]
		if name, after, closed := strings.Cut(rest, ")"); operator == '(' && closed {
			names, rest = append(names, name), after
		}
		text = rest
	}
}

func expands(v corev1.EnvVar, name string) bool {
	return slices.Contains(expansions(v.Value), name)
}

// insertNew adds variables where they work: one that others refer to comes before them, since the kubelet
// expands what is defined earlier in the list. The others come last, in their order.
func insertNew(env, added []corev1.EnvVar) []corev1.EnvVar {
	end := len(env)
	for _, v := range slices.Backward(added) {
		at := slices.IndexFunc(env, func(user corev1.EnvVar) bool { return user.Name != v.Name && expands(user, v.Name) })
		if at < 0 {
			at = end
		}
		if at < end {
			end++
		}
		env = slices.Insert(env, at, v)
	}
	return env
}

// unexpanded tells which references stay text because of the change: to a variable that is removed, or
// that is defined after the one that refers to it. Values are not shown.
func (s EnvSettings) unexpanded(ref workload.Ref, c *corev1.Container) []string {
	var notes []string
	note := func(user, name, why string) {
		text := fmt.Sprintf("%s: %s of container %s uses $(%s), but %s: the container gets the text $(%s)", ref, user, c.Name, name, why, name)
		if !slices.Contains(notes, text) {
			notes = append(notes, text)
		}
	}
	for i, v := range c.Env {
		for _, name := range expansions(v.Value) {
			changed := s.index(name) >= 0 || s.index(v.Name) >= 0
			switch first := slices.IndexFunc(c.Env, func(other corev1.EnvVar) bool { return other.Name == name }); {
			case first < 0 && slices.Contains(s.Remove, name):
				note(v.Name, name, name+" is removed")
			case first > i && changed:
				note(v.Name, name, name+" is defined after it")
			}
		}
	}
	for _, word := range slices.Concat(c.Command, c.Args) {
		for _, name := range expansions(word) {
			if slices.Contains(s.Remove, name) {
				note("the command", name, name+" is removed")
			}
		}
	}
	return notes
}
