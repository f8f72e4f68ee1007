package redact

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Hide takes out of an object with a pod template, or a pod, as JSON has it, what a recording or a diff must
// not give away: the values of environment variables, those of the headers that probes and hooks send
// (Authorization, say), and the copies of whole manifests that annotations hold. A value is replaced by the
// word and its number under this redactor, so that templates which differ in a value alone stay different.
func (r *Redactor) Hide(object map[string]any, word string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.numbers == nil {
		r.numbers = map[string]int{}
	}
	h := hiding{word, r.numbers}
	h.object(object)
}

type hiding struct {
	word    string
	numbers map[string]int
}

func (h hiding) object(object map[string]any) {
	metadata := child(object, "metadata")
	delete(metadata, "managedFields")
	delete(child(metadata, "annotations"), workload.AnnotationLastApplied)
	spec := child(object, "spec")
	h.pod(spec)
	template := child(spec, "template")
	delete(child(child(template, "metadata"), "annotations"), workload.AnnotationLastApplied)
	h.pod(child(template, "spec"))
}

func (h hiding) pod(spec map[string]any) {
	for _, kind := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for _, c := range objects(spec, kind) {
			h.values(objects(c, "env"))
			h.requests(c)
		}
	}
}

// requests hides what the kubelet sends to a container.
func (h hiding) requests(container map[string]any) {
	hooks := child(container, "lifecycle")
	for _, handler := range []map[string]any{
		child(container, "livenessProbe"), child(container, "readinessProbe"), child(container, "startupProbe"),
		child(hooks, "postStart"), child(hooks, "preStop"),
	} {
		h.values(objects(child(handler, "httpGet"), "httpHeaders"))
	}
}

func (h hiding) values(named []map[string]any) {
	for _, n := range named {
		if value, ok := n["value"].(string); ok && value != "" {
			n["value"] = h.number(value)
		}
	}
}

func (h hiding) number(value string) string {
	n, ok := h.numbers[value]
	if !ok {
		n = len(h.numbers) + 1
		h.numbers[value] = n
	}
	return fmt.Sprintf("(%s %d)", h.word, n)
}

// child returns a field that is an object; nil, which reads as an empty one, where there is none.
func child(object map[string]any, field string) map[string]any {
	c, _ := object[field].(map[string]any)
	return c
}

func objects(object map[string]any, field string) []map[string]any {
	all, _ := object[field].([]any)
	var found []map[string]any
	for _, item := range all {
		if o, ok := item.(map[string]any); ok {
			found = append(found, o)
		}
	}
	return found
}
