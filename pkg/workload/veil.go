package workload

import "fmt"

// Veil cuts what a recording or a diff must not give away: the values of environment variables, those of
// the headers that probes and hooks send (Authorization, say), and the copies of whole manifests that
// annotations hold. A value is replaced by a word and its number under this veil, so that templates
// which differ in a value alone stay different.
type Veil struct {
	word    string
	numbers map[string]int
}

// NewVeil makes a veil that puts "(word 1)", "(word 2)" in the place of values.
func NewVeil(word string) *Veil { return &Veil{word: word, numbers: map[string]int{}} }

// Cut cuts an object with a pod template, or a pod, as JSON has it.
func (v *Veil) Cut(object map[string]any) {
	metadata := child(object, "metadata")
	delete(metadata, "managedFields")
	delete(child(metadata, "annotations"), AnnotationLastApplied)
	spec := child(object, "spec")
	v.cutPod(spec)
	template := child(spec, "template")
	delete(child(child(template, "metadata"), "annotations"), AnnotationLastApplied)
	v.cutPod(child(template, "spec"))
}

func (v *Veil) cutPod(spec map[string]any) {
	for _, kind := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for _, c := range list(spec, kind) {
			v.cutValues(list(c, "env"))
			v.cutRequests(c)
		}
	}
}

// cutRequests cuts what the kubelet sends to a container.
func (v *Veil) cutRequests(container map[string]any) {
	hooks := child(container, "lifecycle")
	for _, handler := range []map[string]any{
		child(container, "livenessProbe"), child(container, "readinessProbe"), child(container, "startupProbe"),
		child(hooks, "postStart"), child(hooks, "preStop"),
	} {
		v.cutValues(list(child(handler, "httpGet"), "httpHeaders"))
	}
}

func (v *Veil) cutValues(named []map[string]any) {
	for _, n := range named {
		if value, ok := n["value"].(string); ok && value != "" {
			n["value"] = v.number(value)
		}
	}
}

func (v *Veil) number(value string) string {
	n, ok := v.numbers[value]
	if !ok {
		n = len(v.numbers) + 1
		v.numbers[value] = n
	}
	return fmt.Sprintf("(%s %d)", v.word, n)
}

// child returns a field that is an object; nil, which reads as an empty one, where there is none.
func child(object map[string]any, field string) map[string]any {
	c, _ := object[field].(map[string]any)
	return c
}

func list(object map[string]any, field string) []map[string]any {
	all, _ := object[field].([]any)
	var objects []map[string]any
	for _, item := range all {
		if o, ok := item.(map[string]any); ok {
			objects = append(objects, o)
		}
	}
	return objects
}
