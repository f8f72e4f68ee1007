package redact

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Hide takes out of an object with a pod template, or a pod, as JSON has it, what a recording or a diff must
// not give away: the values of environment variables, those of the headers that probes and hooks send
// (Authorization, say), those that command lines give to flags and variables named like secrets, and the
// copies of whole manifests that annotations hold. A value is replaced by the mark, which is a format of its number under this
// redactor, so that templates which differ in a value alone stay different.
func (r *Redactor) Hide(object map[string]any, mark string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.numbers == nil {
		r.numbers = map[string]int{}
	}
	h := hiding{mark, r.numbers}
	h.object(object)
}

type hiding struct {
	mark    string
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
	for _, inner := range []map[string]any{child(object, "data"), child(spec, "jobTemplate")} { // of a ControllerRevision, of a CronJob
		if len(inner) > 0 {
			h.object(inner)
		}
	}
}

func (h hiding) pod(spec map[string]any) {
	for _, kind := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for _, c := range objects(spec, kind) {
			h.values(objects(c, "env"))
			h.requests(c)
			h.arguments(c["command"])
			h.arguments(c["args"])
		}
	}
}

// requests hides what the kubelet sends to a container, or has it run.
func (h hiding) requests(container map[string]any) {
	hooks := child(container, "lifecycle")
	for _, handler := range []map[string]any{
		child(container, "livenessProbe"), child(container, "readinessProbe"), child(container, "startupProbe"),
		child(hooks, "postStart"), child(hooks, "preStop"),
	} {
		get := child(handler, "httpGet")
		h.values(objects(get, "httpHeaders"))
		if path, ok := get["path"].(string); ok {
			if before, query, found := strings.Cut(path, "?"); found {
				get["path"] = before + "?" + h.number(query)
			}
		}
		h.arguments(child(handler, "exec")["command"])
	}
}

func (h hiding) values(named []map[string]any) {
	for _, n := range named {
		if value, ok := n["value"].(string); ok && value != "" {
			n["value"] = h.number(value)
		}
	}
}

// setting is a value that a command line gives to a flag or a variable that is named like a secret; option is a flag alone.
var (
	setting = regexp.MustCompile(`((?:^|[\s"';=])(?:-{0,2}` + secretName + `=|--?` + secretName + `\s+))("[^"]*"|'[^']*'|[^\s"';-][^\s"';]*)`)
	option  = regexp.MustCompile(`^--?[\w.-]+$`)
)

const secretName = `[\w.-]*(?:` + secretWords + `)[\w.-]*`

// arguments hides values in a command line: --password=x, --password x, PASSWORD=x.
func (h hiding) arguments(list any) {
	args, _ := list.([]any)
	before := ""
	for i := range args {
		arg, ok := args[i].(string)
		name, value, given := strings.Cut(arg, "=")
		switch {
		case !ok:
		case option.MatchString(before) && sensitive(before) && !strings.HasPrefix(arg, "-"):
			args[i] = h.unlessReference(arg)
		case given && sensitive(name) && !strings.ContainsAny(name, " \t\n"):
			args[i] = name + "=" + h.unlessReference(value)
		default:
			args[i] = h.script(arg)
		}
		before = arg
	}
}

// script hides values in the command lines that one argument holds, for a shell.
func (h hiding) script(text string) string {
	return setting.ReplaceAllStringFunc(text, func(match string) string {
		part := setting.FindStringSubmatch(match)
		if !sensitive(strings.TrimRight(part[1], "= \t\n")) {
			return match
		}
		return part[1] + h.unlessReference(part[2])
	})
}

// unlessReference hides a value that does not itself refer to a variable, and is not hidden yet.
func (h hiding) unlessReference(value string) string {
	bare := strings.Trim(value, `"'`)
	if bare == "" || bare[0] == '$' || strings.HasPrefix(bare, strings.Fields(h.mark)[0]) {
		return value
	}
	return h.number(value)
}

func (h hiding) number(value string) string {
	n, ok := h.numbers[value]
	if !ok {
		n = len(h.numbers) + 1
		h.numbers[value] = n
	}
	return fmt.Sprintf(h.mark, n)
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
