package recording

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// veil cuts what a recording must not give away: the values of environment variables, those of the
// headers that probes and hooks send (Authorization, say), and the copies of whole manifests that
// annotations hold. A value is replaced by its number in this recording, so
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
			v.cutValues(list(c, "env"))
			v.cutRequests(c)
		}
	}
}

// cutRequests cuts what the kubelet sends to a container.
func (v veil) cutRequests(container map[string]any) {
	hooks := child(container, "lifecycle")
	for _, handler := range []map[string]any{
		child(container, "livenessProbe"), child(container, "readinessProbe"), child(container, "startupProbe"),
		child(hooks, "postStart"), child(hooks, "preStop"),
	} {
		v.cutValues(list(child(handler, "httpGet"), "httpHeaders"))
	}
}

func (v veil) cutValues(named []map[string]any) {
	for _, n := range named {
		if value, ok := n["value"].(string); ok && value != "" {
			n["value"] = v.number(value)
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
