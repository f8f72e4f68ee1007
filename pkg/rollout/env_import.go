package rollout

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// EnvSource is the Secret or ConfigMap that variables are to take their values from.
type EnvSource struct {
	Kind      workload.ReferenceKind
	Namespace string
	Name      string
}

func (s EnvSource) String() string { return strings.ToLower(string(s.Kind)) + "/" + s.Name }

// EnvSourceError: variables can't be taken from there.
type EnvSourceError struct {
	Source  EnvSource
	Message string
	Missing bool // no such object
}

func (e *EnvSourceError) Error() string { return e.Message }

// EnvImport are variables that refer to the keys of a source. No value is ever copied.
type EnvImport struct {
	Vars []corev1.EnvVar
	// Notes say which variables are not called as their keys.
	Notes []string
}

// ImportEnv makes a variable of each key, or of the wanted ones alone; prefix comes before its name.
// They are sorted by key: kubectl has them in another order each time, which is a new rollout each time.
// have are the keys of the source; nil where it could not be read, and then the wanted ones are
// believed. Errors are *EnvSourceError.
func ImportEnv(from EnvSource, have, wanted []string, prefix string) (EnvImport, error) {
	keys := slices.Clone(wanted)
	if len(keys) == 0 {
		keys = slices.Clone(have)
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if len(keys) == 0 {
		return EnvImport{}, &EnvSourceError{Source: from, Message: fmt.Sprintf("%s has no keys that a variable could take its value from", from)}
	}
	var imported EnvImport
	var faults faults
	var renamed []string
	owner := map[string]string{}
	for _, key := range keys {
		if have != nil && !slices.Contains(have, key) {
			faults.add(&EnvSourceError{Source: from, Message: noKey(from, key, have)})
			continue
		}
		name := prefix + envName(key)
		if other, taken := owner[name]; taken {
			faults.add(&EnvSourceError{Source: from, Message: fmt.Sprintf("the keys %q and %q of %s would both be the variable %s; choose one with --keys", other, key, from, name)})
			continue
		}
		owner[name] = key
		if envName(key) != key {
			renamed = append(renamed, fmt.Sprintf("%q as %s", key, name))
		}
		imported.Vars = append(imported.Vars, corev1.EnvVar{Name: name, ValueFrom: from.key(key)})
	}
	if len(renamed) > 0 {
		imported.Notes = []string{fmt.Sprintf("keys of %s become variables under other names: %s", from, strings.Join(renamed, ", "))}
	}
	return imported, faults.join()
}

func (s EnvSource) key(key string) *corev1.EnvVarSource {
	object := corev1.LocalObjectReference{Name: s.Name}
	if s.Kind == workload.SecretReference {
		return &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: object, Key: key}}
	}
	return &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: object, Key: key}}
}

// envName is keyToEnvName of k8s.io/kubectl/pkg/cmd/set.
func envName(key string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, key))
}

// mostKeys are listed in a message: more would hide it.
const mostKeys = 10

func noKey(from EnvSource, key string, have []string) string {
	message := fmt.Sprintf("%s has no key %s", from, redact.ArgumentOr(key, "of that name"))
	switch near := workload.Nearest(key, have); {
	case near != "":
		return fmt.Sprintf("%s; did you mean %q?", message, near)
	case len(have) == 0:
		return message
	case len(have) > mostKeys:
		return fmt.Sprintf("%s; it has %s and %d more", message, strings.Join(have[:mostKeys], ", "), len(have)-mostKeys)
	}
	return fmt.Sprintf("%s; it has %s", message, strings.Join(have, ", "))
}
