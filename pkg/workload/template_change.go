package workload

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
)

// TemplateChange is one difference between two templates that is neither an image nor a variable.
type TemplateChange struct {
	// Container has it, if one has.
	Container string `json:"container,omitempty"`
	// Field is the API's name, or the words of kubectl: "terminationGracePeriodSeconds", "cpu request".
	Field string `json:"field"`
	// From and To are both empty where a value may be secret or is more than a word: commands, headers,
	// annotations.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// CompareTemplates lists what differs between two templates beside images and variables (see CompareEnv),
// the containers first.
func CompareTemplates(before, after *corev1.PodTemplateSpec) []TemplateChange {
	var all []TemplateChange
	was := containersByName(before)
	for _, name := range containerNames(after, before) {
		old, had := was[name]
		now, has := containersByName(after)[name]
		switch {
		case !had:
			all = append(all, TemplateChange{Container: name, Field: "container", To: name})
		case !has:
			all = append(all, TemplateChange{Container: name, Field: "container", From: name})
		default:
			for _, c := range compareContainers(&old, &now) {
				c.Container = name
				all = append(all, c)
			}
		}
	}
	all = append(all, compareFields(&before.Spec, &after.Spec, podFields)...)
	all = append(all, compareKeys("label", before.Labels, after.Labels)...)
	return append(all, compareKeys("annotation", before.Annotations, after.Annotations)...)
}

func containersByName(t *corev1.PodTemplateSpec) map[string]corev1.Container {
	all := map[string]corev1.Container{}
	for _, c := range slices.Concat(t.Spec.InitContainers, t.Spec.Containers) {
		all[c.Name] = c
	}
	return all
}

func containerNames(templates ...*corev1.PodTemplateSpec) []string {
	var names []string
	for _, t := range templates {
		for _, c := range slices.Concat(t.Spec.InitContainers, t.Spec.Containers) {
			names = appendOnce(names, c.Name)
		}
	}
	return names
}

// fieldRule compares one field in its own way; nil leaves the field out.
type fieldRule func(before, after any) []TemplateChange

var (
	podFields = map[string]fieldRule{
		"containers": nil, "initContainers": nil,
		"volumes":        compareVolumes,
		"serviceAccount": nil, // the old name of serviceAccountName, which the server keeps equal
	}
	containerFields = map[string]fieldRule{
		"name": nil, "image": nil, "env": nil,
		"resources":      compareResources,
		"volumeMounts":   compareMounts,
		"livenessProbe":  probeRule("liveness probe"),
		"readinessProbe": probeRule("readiness probe"),
		"startupProbe":   probeRule("startup probe"),
	}
	probeFields = map[string]fieldRule{"httpGet": compareHTTPGet}
)

func compareContainers(before, after *corev1.Container) []TemplateChange {
	return compareFields(before, after, containerFields)
}

// compareFields compares two structs of the API field by field. Numbers and names are told, all else is
// only named.
func compareFields(before, after any, rules map[string]fieldRule) []TemplateChange {
	var all []TemplateChange
	a, b := reflect.ValueOf(before).Elem(), reflect.ValueOf(after).Elem()
	for i := range a.NumField() {
		field := a.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		x, y := a.Field(i), b.Field(i)
		rule, special := rules[name]
		switch {
		case special && rule == nil, equality.Semantic.DeepEqual(x.Interface(), y.Interface()):
		case special:
			all = append(all, rule(x.Interface(), y.Interface())...)
		case field.Anonymous:
			all = append(all, compareFields(x.Addr().Interface(), y.Addr().Interface(), rules)...)
		default:
			all = append(all, TemplateChange{Field: name, From: scalar(x), To: scalar(y)})
		}
	}
	return all
}

// scalar is a value of one word, none where it is not set, and "" where it is more than a word.
func scalar(v reflect.Value) string {
	kind := v.Type()
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	switch kind.Kind() {
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64:
	default:
		return ""
	}
	if v = reflect.Indirect(v); !v.IsValid() || v.Kind() == reflect.String && v.Len() == 0 {
		return none
	}
	return fmt.Sprint(v.Interface())
}

const none = "none"

func compareResources(before, after any) []TemplateChange {
	a, b := before.(corev1.ResourceRequirements), after.(corev1.ResourceRequirements)
	all := append(compareQuantities("request", a.Requests, b.Requests), compareQuantities("limit", a.Limits, b.Limits)...)
	if !equality.Semantic.DeepEqual(a.Claims, b.Claims) {
		all = append(all, TemplateChange{Field: "resource claims"})
	}
	return all
}

func compareQuantities(what string, before, after corev1.ResourceList) []TemplateChange {
	var all []TemplateChange
	for _, name := range keysOf(before, after) {
		from, to := quantity(before, name), quantity(after, name)
		if from != to {
			all = append(all, TemplateChange{Field: string(name) + " " + what, From: from, To: to})
		}
	}
	return all
}

// quantity writes processors as people do: 1000 and not 1k.
func quantity(of corev1.ResourceList, name corev1.ResourceName) string {
	q, ok := of[name]
	switch {
	case !ok:
		return none
	case name != corev1.ResourceCPU:
		return q.String()
	case q.MilliValue()%1000 == 0:
		return fmt.Sprint(q.Value())
	default:
		return resource.NewMilliQuantity(q.MilliValue(), resource.DecimalSI).String()
	}
}

// probeRule tells the numbers of a probe, its path and its port; never its command or headers.
func probeRule(name string) fieldRule {
	return func(before, after any) []TemplateChange {
		a, b := before.(*corev1.Probe), after.(*corev1.Probe)
		if a == nil || b == nil {
			return []TemplateChange{{Field: name, From: presence(a != nil), To: presence(b != nil)}}
		}
		all := compareFields(a, b, probeFields)
		for i := range all {
			all[i].Field = name + " " + all[i].Field
		}
		return all
	}
}

func presence(there bool) string {
	if there {
		return "set"
	}
	return none
}

func compareHTTPGet(before, after any) []TemplateChange {
	a, b := before.(*corev1.HTTPGetAction), after.(*corev1.HTTPGetAction)
	if a == nil || b == nil {
		return []TemplateChange{{Field: "httpGet", From: presence(a != nil), To: presence(b != nil)}}
	}
	all := compareFields(a, b, map[string]fieldRule{"port": nil})
	if a.Port != b.Port {
		all = append(all, TemplateChange{Field: "port", From: a.Port.String(), To: b.Port.String()})
	}
	return all
}

// compareKeys names what differs: an annotation's value may be anything.
func compareKeys(what string, before, after map[string]string) []TemplateChange {
	var all []TemplateChange
	for _, key := range keysOf(before, after) {
		x, had := before[key]
		y, has := after[key]
		switch {
		case key == LabelPodTemplateHash: // of a revision's template alone
		case key == AnnotationRestartedAt && x != y:
			all = append(all, TemplateChange{Field: what + " " + key, From: restartTime(x), To: restartTime(y)})
		case had != has:
			all = append(all, TemplateChange{Field: what + " " + key, From: presence(had), To: presence(has)})
		case x != y:
			all = append(all, TemplateChange{Field: what + " " + key})
		}
	}
	return all
}

// OnlyRestarts tells whether two templates differ in nothing but the time of the last restart.
func OnlyRestarts(before, after *corev1.PodTemplateSpec) bool {
	x, y := before.DeepCopy(), after.DeepCopy()
	delete(x.Annotations, AnnotationRestartedAt)
	delete(y.Annotations, AnnotationRestartedAt)
	return !SameTemplate(before, after) && SameTemplate(x, y)
}

// restartTime is in UTC, so that two of them compare as text; "none" is no time.
func restartTime(annotation string) string {
	t, err := time.Parse(time.RFC3339, annotation)
	if err != nil {
		return presence(false)
	}
	return t.UTC().Format(time.RFC3339)
}

// IsRestart: the change is nothing but another time of the last restart.
func (c TemplateChange) IsRestart() bool { return c.Field == "annotation "+AnnotationRestartedAt }

// UndoesRestart: the time is an earlier one, or none, as after an undo.
func (c TemplateChange) UndoesRestart() bool {
	return c.IsRestart() && (c.To == presence(false) || c.To < c.From && c.From != presence(false))
}

// keysOf are the keys of both, sorted.
func keysOf[K ~string, V any](before, after map[K]V) []K {
	all := slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	slices.Sort(all)
	return slices.Compact(all)
}
