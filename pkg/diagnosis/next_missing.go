package diagnosis

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// The commands that create missing objects, with the names from the template.

func pullSecret(a advice) []string {
	secret := "PULL-SECRET"
	if a.template != nil && len(a.template.Spec.ImagePullSecrets) > 0 {
		secret = a.template.Spec.ImagePullSecrets[0].Name
	}
	return append([]string{
		a.on("kubectl app create secret docker-registry %s --docker-server=REGISTRY --docker-username=USER --docker-password-prompt", secret),
	}, correctImage(a)...)
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
		name := a.ownerOfKey(a.Subject, kind == "secret")
		set := a.on("kubectl app set configmap %s %s=VALUE", name, a.Subject)
		if kind == "secret" {
			set = a.on("kubectl app set secret %s --prompt=%s", name, a.Subject)
		}
		return []string{a.on("kubectl describe %s %s", kind, name), set}
	}
}

// ownerOfKey finds the object that a variable of the template takes the key from.
func (a advice) ownerOfKey(key string, secret bool) string {
	if a.template == nil {
		return "NAME"
	}
	spec := &a.template.Spec
	for _, all := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range all {
			for _, v := range all[i].Env {
				switch s := v.ValueFrom; {
				case s == nil:
				case secret && s.SecretKeyRef != nil && s.SecretKeyRef.Key == key:
					return s.SecretKeyRef.Name
				case !secret && s.ConfigMapKeyRef != nil && s.ConfigMapKeyRef.Key == key:
					return s.ConfigMapKeyRef.Name
				}
			}
		}
	}
	return a.volumeWithKey(key, secret)
}

func (a advice) volumeWithKey(key string, secret bool) string {
	for _, v := range a.template.Spec.Volumes {
		switch {
		case secret && v.Secret != nil && hasKey(v.Secret.Items, key):
			return v.Secret.SecretName
		case !secret && v.ConfigMap != nil && hasKey(v.ConfigMap.Items, key):
			return v.ConfigMap.Name
		}
	}
	return "NAME"
}

func hasKey(items []corev1.KeyToPath, key string) bool {
	for _, i := range items {
		if i.Key == key {
			return true
		}
	}
	return false
}

func createServiceAccount(a advice) []string {
	name := "NAME"
	if a.template != nil && a.template.Spec.ServiceAccountName != "" {
		name = a.template.Spec.ServiceAccountName
	}
	return []string{a.on("kubectl create serviceaccount %s", name)}
}
