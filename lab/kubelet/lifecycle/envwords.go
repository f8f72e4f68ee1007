package lifecycle

import (
	"maps"
	"slices"
	"strings"
)

// Keys are those of a Secret or ConfigMap, each with what its value makes a program do; with "" it is a
// value like any other, and was not kept.
type Keys map[string]string

// wordsPrefix begins a value that tells what a program does which reads it as a variable: a wrong
// configuration, so to speak. "lab:crash" crashes it.
const wordsPrefix = "lab:"

// wordsOfValue are the words of a value, or "".
func wordsOfValue(value string) string {
	words, _ := strings.CutPrefix(value, wordsPrefix)
	if words == value || len(words) > 64 {
		return ""
	}
	return words
}

func (k Keys) has(key string) bool {
	_, has := k[key]
	return has
}

// KeysOf keeps of each value its words.
func KeysOf[V ~string | ~[]byte](data map[string]V) Keys {
	keys := make(Keys, len(data))
	for key, value := range data {
		keys[key] = wordsOfValue(string(value))
	}
	return keys
}

// KeepWords empties every other value.
func KeepWords[V ~string | ~[]byte](data map[string]V) {
	for key, value := range data {
		if wordsOfValue(string(value)) == "" {
			data[key] = V("")
		}
	}
}

// configured is the behavior of a container with the variables that it gets if it starts now.
func (m *Machine) configured(u *unit) Behavior {
	b := u.behavior
	for _, words := range m.envWords(u) {
		b.add(words)
	}
	return b
}

func (m *Machine) envWords(u *unit) []string {
	var found []string
	for _, from := range u.EnvFrom {
		if ref := from.ConfigMapRef; ref != nil {
			found = append(found, m.configMapWords(ref.Name)...)
		}
		if ref := from.SecretRef; ref != nil {
			found = append(found, m.secretWords(ref.Name)...)
		}
	}
	for _, env := range u.Env {
		found = append(found, wordsOfValue(env.Value))
		if from := env.ValueFrom; from != nil && from.ConfigMapKeyRef != nil {
			keys, _ := m.lookups.ConfigMap(from.ConfigMapKeyRef.Name)
			found = append(found, keys[from.ConfigMapKeyRef.Key])
		}
		if from := env.ValueFrom; from != nil && from.SecretKeyRef != nil {
			keys, _ := m.lookups.Secret(from.SecretKeyRef.Name)
			found = append(found, keys[from.SecretKeyRef.Key])
		}
	}
	return found
}

func (m *Machine) configMapWords(name string) []string {
	keys, _ := m.lookups.ConfigMap(name)
	return slices.Sorted(maps.Values(keys))
}

func (m *Machine) secretWords(name string) []string {
	keys, _ := m.lookups.Secret(name)
	return slices.Sorted(maps.Values(keys))
}
