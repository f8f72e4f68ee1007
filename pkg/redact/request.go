package redact

import (
	"encoding/base64"
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
)

// Request learns from the body of a request, an object or a patch of one in JSON, what it gives to variables or,
// of secrets and configmaps, to keys. Other resources have no data to learn.
func (r *Redactor) Request(body []byte, resource string) {
	var root any
	if json.Unmarshal(body, &root) != nil {
		return
	}
	object, _ := root.(map[string]any)
	switch resource {
	case "secrets":
		r.Secret(secretData(object))
		return
	case "configmaps":
		r.ConfigMap(texts(object, "data"))
		return
	}
	var c corev1.Container
	collect(root, &c)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.container(&c)
}

func secretData(object map[string]any) map[string][]byte {
	data := map[string][]byte{}
	for key, value := range child(object, "data") {
		encoded, _ := value.(string)
		if decoded, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			data[key] = decoded
		}
	}
	for key, text := range texts(object, "stringData") {
		data[key] = []byte(text)
	}
	return data
}

func texts(object map[string]any, field string) map[string]string {
	all := map[string]string{}
	for key, value := range child(object, field) {
		if text, ok := value.(string); ok {
			all[key] = text
		}
	}
	return all
}

// collect gathers the variables of all containers, wherever a patch has them.
func collect(node any, into *corev1.Container) {
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			collect(item, into)
		}
	case map[string]any:
		for field, value := range node {
			if field == "env" || field == "envFrom" {
				var c corev1.Container
				raw, err := json.Marshal(map[string]any{field: value})
				if err == nil && json.Unmarshal(raw, &c) == nil {
					into.Env, into.EnvFrom = append(into.Env, c.Env...), append(into.EnvFrom, c.EnvFrom...)
				}
				continue
			}
			collect(value, into)
		}
	}
}
