package workload

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// envTemplate has one container for each "NAME: KEY=VALUE KEY=@SECRET/KEY"; "init" is an init container.
func envTemplate(containers ...string) *corev1.PodTemplateSpec {
	var t corev1.PodTemplateSpec
	for _, text := range containers {
		name, vars, _ := strings.Cut(text, ":")
		c := corev1.Container{Name: name}
		for _, v := range strings.Fields(vars) {
			key, value, _ := strings.Cut(v, "=")
			variable := corev1.EnvVar{Name: key, Value: value}
			if secret, ref := strings.CutPrefix(value, "@"); ref {
				object, of, _ := strings.Cut(secret, "/")
				variable.Value = ""
				variable.ValueFrom = &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
					LocalObjectReference: corev1.LocalObjectReference{Name: object}, Key: of,
				}}
			}
			c.Env = append(c.Env, variable)
		}
		if name == "init" {
			t.Spec.InitContainers = append(t.Spec.InitContainers, c)
		} else {
			t.Spec.Containers = append(t.Spec.Containers, c)
		}
	}
	return &t
}

func TestCompareEnv(t *testing.T) {
	for name, test := range map[string]struct {
		before, after []string
		set, removed  string
	}{
		"nothing":                 {before: []string{"web: A=1"}, after: []string{"web: A=1"}},
		"a new one":               {before: []string{"web: A=1"}, after: []string{"web: A=1 B=2"}, set: "B"},
		"another value":           {before: []string{"web: A=1 B=2"}, after: []string{"web: A=1 B=3"}, set: "B"},
		"another source":          {before: []string{"web: A=1"}, after: []string{"web: A=@db/url"}, set: "A"},
		"another key":             {before: []string{"web: A=@db/url"}, after: []string{"web: A=@db/uri"}, set: "A"},
		"removed":                 {before: []string{"web: A=1 B=2"}, after: []string{"web: B=2"}, removed: "A"},
		"moved":                   {before: []string{"web: A=1 B=2"}, after: []string{"web: B=2 A=1"}},
		"in an init container":    {before: []string{"init:", "web: A=1"}, after: []string{"init: A=1", "web: A=1"}, set: "A"},
		"in both, said once":      {before: []string{"web:", "log:"}, after: []string{"web: A=1", "log: A=1"}, set: "A"},
		"set here, removed there": {before: []string{"web:", "log: A=1"}, after: []string{"web: A=1", "log:"}, set: "A", removed: "A"},
		"one of two":              {before: []string{"web: A=1 A=2"}, after: []string{"web: A=2"}, set: "A"},
		"both of two":             {before: []string{"web: A=1 A=2"}, after: []string{"web:"}, removed: "A"},
		"a container that is new": {before: []string{"web: A=1"}, after: []string{"web: A=1", "log: B=2"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := CompareEnv(envTemplate(test.before...), envTemplate(test.after...))
			if strings.Join(got.Set, " ") != test.set || strings.Join(got.Removed, " ") != test.removed {
				t.Errorf("set %v, removed %v", got.Set, got.Removed)
			}
			if got.Empty() != (test.set+test.removed == "") {
				t.Errorf("empty: %v", got.Empty())
			}
		})
	}
}

func TestEnvNames(t *testing.T) {
	if got := strings.Join(EnvNames(envTemplate("web: A=1 B=2", "init: B=1 C=2")), " "); got != "B C A" {
		t.Errorf("got %s", got)
	}
}
