package diagnosis

import (
	"cmp"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// The commands that create missing objects, with the names from the template.

// pullSecret creates a pull secret. If the template names none, the service account gives it to new pods, which take the
// place of those that are there.
func pullSecret(a advice) []string {
	const create = "kubectl app create secret docker-registry %s --docker-server=REGISTRY --docker-username=USER --docker-password-prompt"
	if a.template != nil && len(a.template.Spec.ImagePullSecrets) > 0 {
		return append([]string{a.on(create, a.template.Spec.ImagePullSecrets[0].Name)}, correctImage(a)...)
	}
	account := "default"
	if a.template != nil {
		account = cmp.Or(a.template.Spec.ServiceAccountName, account)
	}
	all := []string{
		a.on(create, "PULL-SECRET"),
		a.on(`kubectl patch serviceaccount %s -p '{"imagePullSecrets":[{"name":"PULL-SECRET"}]}'`, account),
	}
	if a.restarts {
		all = append(all, a.on("kubectl app rollout restart %s", a.workload()))
	}
	return append(all, correctImage(a)...)
}

// createSecret asks for the values: those of a command line stay in the shell's history.
func createSecret(a advice) []string {
	return []string{a.on("kubectl app create secret generic %s%s", a.Subject, flags(" --prompt=%s", a.keysOf(a.Subject, true)))}
}

func createConfigMap(a advice) []string {
	return []string{a.on("kubectl app create configmap %s%s", a.Subject, flags(" %s=VALUE", a.keysOf(a.Subject, false)))}
}

func flags(format string, keys []string) string {
	if len(keys) == 0 {
		keys = []string{"KEY"}
	}
	var b strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&b, format, k)
	}
	return b.String()
}

// keysOf are the keys that the template's variables take from an object.
func (a advice) keysOf(name string, secret bool) []string {
	if a.template == nil {
		return nil
	}
	var keys []string
	seen := map[string]bool{}
	spec := &a.template.Spec
	for _, all := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range all {
			for _, v := range all[i].Env {
				if key := keyFrom(v.ValueFrom, name, secret); key != "" && !seen[key] {
					seen[key] = true
					keys = append(keys, key)
				}
			}
		}
	}
	return keys
}

func keyFrom(s *corev1.EnvVarSource, name string, secret bool) string {
	switch {
	case s == nil:
		return ""
	case secret && s.SecretKeyRef != nil && s.SecretKeyRef.Name == name:
		return s.SecretKeyRef.Key
	case !secret && s.ConfigMapKeyRef != nil && s.ConfigMapKeyRef.Name == name:
		return s.ConfigMapKeyRef.Key
	}
	return ""
}

func addKey(kind string) func(advice) []string {
	return func(a advice) []string {
		name := cmp.Or(a.Owner, "NAME")
		set := a.on("kubectl app set configmap %s %s=VALUE", name, a.Subject)
		if kind == "secret" {
			set = a.on("kubectl app set secret %s --prompt=%s", name, a.Subject)
		}
		return []string{a.on("kubectl describe %s %s", kind, name), set}
	}
}

// keyOwner is the object in which the key is missing; "" where neither the evidence nor the template tells which it is.
func (s *symptom) keyOwner(template *corev1.PodTemplateSpec) string {
	if s.owner != "" || template == nil {
		return s.owner
	}
	owner := ""
	for _, r := range workload.References(template) {
		switch {
		case absentKeys[r.Kind] != s.cause || r.Key != s.subject || s.volume != "" && r.Field != s.volume:
		case owner != "" && owner != r.Name:
			return ""
		default:
			owner = r.Name
		}
	}
	return owner
}

func createServiceAccount(a advice) []string {
	name := "NAME"
	if a.template != nil && a.template.Spec.ServiceAccountName != "" {
		name = a.template.Spec.ServiceAccountName
	}
	return []string{a.on("kubectl create serviceaccount %s", name)}
}
