package recording

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// veil cuts what a recording must not give away: the values of environment variables, and the copies
// of whole manifests that annotations hold. A value is replaced by its number in this recording, so
// that templates which differ in a value alone stay different.
type veil map[string]int

func (v veil) cut(object map[string]any) {
	metadata := child(object, "metadata")
	delete(metadata, "managedFields")
	delete(child(metadata, "annotations"), workload.AnnotationLastApplied)
	spec := child(object, "spec")
	v.cutPod(spec)
	template := child(spec, "template")
	delete(child(child(template, "metadata"), "annotations"), workload.AnnotationLastApplied)
	v.cutPod(child(template, "spec"))
}

func (v veil) cutPod(spec map[string]any) {
	for _, kind := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for _, c := range list(spec, kind) {
			for _, e := range list(c, "env") {
				if value, ok := e["value"].(string); ok && value != "" {
					e["value"] = v.number(value)
				}
			}
		}
	}
}

func (v veil) number(value string) string {
	n, ok := v[value]
	if !ok {
		n = len(v) + 1
		v[value] = n
	}
	return fmt.Sprintf("(cut %d)", n)
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
