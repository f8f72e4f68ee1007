package rollout

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// envTemplate has one container for each "NAME: KEY=VALUE …"; "init…" are init containers. A value
// "@secret/db/url" is a reference.
func envTemplate(containers ...string) corev1.PodTemplateSpec {
	var t corev1.PodTemplateSpec
	for _, text := range containers {
		name, vars, _ := strings.Cut(text, ":")
		c := corev1.Container{Name: name, Env: variables(vars)}
		if strings.HasPrefix(name, "init") {
			t.Spec.InitContainers = append(t.Spec.InitContainers, c)
		} else {
			t.Spec.Containers = append(t.Spec.Containers, c)
		}
	}
	return t
}

func variables(text string) []corev1.EnvVar {
	var env []corev1.EnvVar
	for _, v := range strings.Fields(text) {
		name, value, _ := strings.Cut(v, "=")
		if parts := strings.Split(value, "/"); strings.HasPrefix(value, "@secret/") {
			source := EnvSource{Kind: workload.SecretReference, Name: parts[1]}
			env = append(env, corev1.EnvVar{Name: name, ValueFrom: source.key(parts[2])})
			continue
		}
		env = append(env, corev1.EnvVar{Name: name, Value: value})
	}
	return env
}

// describeEnv is the form that envTemplate takes.
func describeEnv(t *corev1.PodTemplateSpec) string {
	var all []string
	for _, c := range append(append([]corev1.Container{}, t.Spec.InitContainers...), t.Spec.Containers...) {
		words := []string{c.Name + ":"}
		for _, v := range c.Env {
			value := v.Value
			if v.ValueFrom != nil {
				value = fmt.Sprintf("@secret/%s/%s", v.ValueFrom.SecretKeyRef.Name, v.ValueFrom.SecretKeyRef.Key)
			}
			words = append(words, v.Name+"="+value)
		}
		all = append(all, strings.Join(words, " "))
	}
	return strings.Join(all, "; ")
}

func TestPlanEnv(t *testing.T) {
	for name, test := range map[string]struct {
		template   []string
		set        string
		remove     string
		containers string
		keep       bool
		want       string
		changes    string // "set …, removed …"
		notes      string
		faults     []string
	}{
		"a new one comes last":         {template: []string{"web: B=1"}, set: "A=2", want: "web: B=1 A=2", changes: "A;"},
		"replaced where it stands":     {template: []string{"web: A=1 B=2 C=3"}, set: "B=4", want: "web: A=1 B=4 C=3", changes: "B;"},
		"in the order that is given":   {template: []string{"web:"}, set: "B=1 A=$(B)", want: "web: B=1 A=$(B)", changes: "B A;"},
		"removed":                      {template: []string{"web: A=1 B=2"}, remove: "A", want: "web: B=2", changes: ";A"},
		"the last one is removed":      {template: []string{"web: A=1"}, remove: "A", want: "web:", changes: ";A"},
		"set and removed":              {template: []string{"web: OLD=1"}, set: "NEW=1", remove: "OLD", want: "web: NEW=1", changes: "NEW;OLD"},
		"both at once: it is removed":  {template: []string{"web: A=1"}, set: "A=2", remove: "A", want: "web:", changes: ";A"},
		"of two the first counts":      {template: []string{"web: A=0"}, set: "A=1 A=2", want: "web: A=1", changes: "A;"},
		"a double one is made one":     {template: []string{"web: A=1 B=2 A=3"}, set: "A=4", want: "web: A=4 B=2", changes: "A;"},
		"other doubles are left":       {template: []string{"web: A=1 A=3"}, set: "B=4", want: "web: A=1 A=3 B=4", changes: "B;"},
		"a value becomes a reference":  {template: []string{"web: URI=x"}, set: "URI=@secret/db/uri", want: "web: URI=@secret/db/uri", changes: "URI;"},
		"a reference becomes a value":  {template: []string{"web: URI=@secret/db/uri"}, set: "URI=x", want: "web: URI=x", changes: "URI;"},
		"an empty value":               {template: []string{"web: A=1"}, set: "A=", want: "web: A=", changes: "A;"},
		"nothing changes":              {template: []string{"web: A=1 URI=@secret/db/uri"}, set: "URI=@secret/db/uri A=1", want: "web: A=1 URI=@secret/db/uri", changes: ";"},
		"all containers":               {template: []string{"init:", "web:", "log: A=1"}, set: "A=1", want: "init: A=1; web: A=1; log: A=1", changes: "A;"},
		"one container":                {template: []string{"init:", "web:", "log:"}, set: "A=1", containers: "log", want: "init:; web:; log: A=1", changes: "A;"},
		"an init container":            {template: []string{"init:", "web:"}, set: "A=1", containers: "init", want: "init: A=1; web:", changes: "A;"},
		"a pattern":                    {template: []string{"init-db:", "init-queue:", "web:"}, set: "A=1", containers: "init-*", want: "init-db: A=1; init-queue: A=1; web:", changes: "A;"},
		"in the middle of the pattern": {template: []string{"web-a-log:", "web-b-log:", "web-b:"}, set: "A=1", containers: "web-*-log", want: "web-a-log: A=1; web-b-log: A=1; web-b:", changes: "A;"},
		"a pattern that matches none": {
			template: []string{"web:"}, set: "A=1", containers: "side*", want: "web:", changes: ";",
			faults: []string{`no container "side*" in deployment/web; it has web`},
		},
		"a name that is nearly right": {
			template: []string{"init:", "web:"}, set: "A=1", containers: "wbe", want: "init:; web:", changes: ";",
			faults: []string{`no container "wbe" in deployment/web; did you mean "web"?`},
		},
		"removed, and never there": {
			template: []string{"web: LOG_LEVEL=1"}, remove: "LOG_LEVLE", want: "web: LOG_LEVEL=1", changes: ";",
			notes: `deployment/web has no variable "LOG_LEVLE" to remove; did you mean LOG_LEVEL?`,
		},
		"removed, and elsewhere": {
			template: []string{"web: A=1", "log:"}, remove: "A", containers: "log", want: "web: A=1; log:", changes: ";",
			notes: `container log of deployment/web has no variable "A" to remove`,
		},
		"before what uses it":           {template: []string{"web: A=1 URL=$(HOST):$(PORT) B=2"}, set: "HOST=h PORT=p NEW=3", want: "web: A=1 PORT=p HOST=h URL=$(HOST):$(PORT) B=2 NEW=3", changes: "PORT HOST NEW;"},
		"before what uses what it uses": {template: []string{"web: URL=$(HOST)"}, set: "ZONE=z HOST=h.$(ZONE)", want: "web: ZONE=z HOST=h.$(ZONE) URL=$(HOST)", changes: "ZONE HOST;"},
		"an escaped use is none":        {template: []string{"web: TEXT=$$(HOST) B=$(HOST"}, set: "HOST=h", want: "web: TEXT=$$(HOST) B=$(HOST HOST=h", changes: "HOST;"},
		"a dollar, and then a use":      {template: []string{"web: TEXT=$$$(HOST)"}, set: "HOST=h", want: "web: HOST=h TEXT=$$$(HOST)", changes: "HOST;"},
		"a use of itself is none":       {template: []string{"web: A=1"}, set: "PATH=/x:$(PATH)", want: "web: A=1 PATH=/x:$(PATH)", changes: "PATH;"},
		"set, and used too early": {
			template: []string{"web: URL=$(HOST) HOST=a"}, set: "HOST=marker", want: "web: URL=$(HOST) HOST=marker", changes: "HOST;",
			notes: "deployment/web: URL of container web uses $(HOST), but HOST is defined after it: the container gets the text $(HOST)",
		},
		"set to what comes later": {
			template: []string{"web: URL=x HOST=a"}, set: "URL=$(HOST)", want: "web: URL=$(HOST) HOST=a", changes: "URL;",
			notes: "deployment/web: URL of container web uses $(HOST), but HOST is defined after it: the container gets the text $(HOST)",
		},
		"of others, used too early": {template: []string{"web: URL=$(HOST) HOST=a"}, set: "B=1", want: "web: URL=$(HOST) HOST=a B=1", changes: "B;"},
		"removed, and used": {
			template: []string{"web: HOST=a URL=$(HOST)$(HOST) OLD=$$(HOST)", "log:"}, remove: "HOST", want: "web: URL=$(HOST)$(HOST) OLD=$$(HOST); log:", changes: ";HOST",
			notes: "deployment/web: URL of container web uses $(HOST), but HOST is removed: the container gets the text $(HOST)",
		},
		"removed from one of two": {template: []string{"web: A=1", "log:"}, remove: "A", want: "web:; log:", changes: ";A"},
		"kept": {
			template: []string{"web: A=secret B=1", "log: A=secret"}, set: "A=2 B=2 C=3", keep: true,
			want: "web: A=2 B=2 C=3; log: A=2 B=2 C=3", changes: "A B C;",
			faults: []string{
				"container web of deployment/web already has A with another value: --overwrite=false keeps that",
				"container web of deployment/web already has B", "container log of deployment/web already has A",
			},
		},
		"kept, but the same":         {template: []string{"web: A=1"}, set: "A=1 B=2", keep: true, want: "web: A=1 B=2", changes: "B;"},
		"kept from another key, too": {template: []string{"web: A=@secret/db/a"}, set: "A=@secret/db/b", keep: true, want: "web: A=@secret/db/b", changes: "A;", faults: []string{"already has A"}},
	} {
		t.Run(name, func(t *testing.T) {
			before := envTemplate(test.template...)
			settings := EnvSettings{Set: variables(test.set), Remove: strings.Fields(test.remove), Containers: test.containers, Keep: test.keep}
			if test.containers == "" {
				settings.Containers = AllContainers
			}
			plan, err := PlanEnv(web, &before, settings)
			if got := describeEnv(&plan.Template); got != test.want {
				t.Errorf("template %q, want %q", got, test.want)
			}
			if got := strings.Join(plan.Changes.Set, " ") + ";" + strings.Join(plan.Changes.Removed, " "); got != test.changes {
				t.Errorf("changes %q", got)
			}
			if got := strings.Join(plan.Notes, "\n"); got != test.notes {
				t.Errorf("notes %q", got)
			}
			checkFaults(t, err, test.faults)
			if again := envTemplate(test.template...); !workload.SameTemplate(&before, &again) {
				t.Error("the template that was given is changed")
			}
		})
	}
}

// What a command refers to is told when it is removed; a new variable works wherever it stands.
func TestPlanEnvOfACommand(t *testing.T) {
	before := envTemplate("web: HOST=a PORT=1")
	before.Spec.Containers[0].Command = []string{"serve", "--at=$(HOST)", "$$(PORT)"}
	before.Spec.Containers[0].Args = []string{"-v", "$(HOST)", "$(LEVEL)"}
	plan, err := PlanEnv(web, &before, EnvSettings{Set: variables("LEVEL=1"), Remove: []string{"HOST", "PORT"}, Containers: AllContainers})
	want := "deployment/web: the command of container web uses $(HOST), but HOST is removed: the container gets the text $(HOST)"
	if got := strings.Join(plan.Notes, "\n"); err != nil || got != want {
		t.Errorf("%v, notes %q", err, got)
	}
}

func checkFaults(t *testing.T, err error, faults []string) {
	t.Helper()
	if (err != nil) != (len(faults) > 0) {
		t.Fatalf("error: %v", err)
	}
	if err == nil {
		return
	}
	for _, fault := range faults {
		if !strings.Contains(err.Error(), fault) {
			t.Errorf("%q does not say %q", err, fault)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("%q has a value", err)
	}
	if strings.Count(err.Error(), "\n")+1 != len(faults) {
		t.Errorf("faults: %v", err)
	}
}

// The state and the result name what a change sets and removes; neither has a value.
func TestStartNamesTheVariables(t *testing.T) {
	before, after := envTemplate("web: A=hunter2 OLD=hunter2"), envTemplate("web: A=hunter3 NEW=hunter3")
	state := Start([]Target{{
		Ref: web, Template: &after, Baseline: &Baseline{Workload: &workload.Workload{Template: before}},
	}}, Policy{}, time.Time{})
	result := NewResult(state, nil, time.Time{})
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"env":{"set":["A","NEW"],"removed":["OLD"]}`) || strings.Contains(string(text), "hunter") {
		t.Errorf("got %s", text)
	}
}

// A rollout that is attached to is compared with the revision it seems to come from; one that is replayed,
// with what was captured, once its template is seen.
func TestAttachNamesTheVariables(t *testing.T) {
	before, after := envTemplate("web: A=1 OLD=1"), envTemplate("web: A=2")
	revisions := []workload.Revision{{UID: "1", Number: 1, Template: before}, {UID: "2", Number: 2, Template: after}}
	var found WorkloadState
	found.attachedFrom(revisions, &revisions[1])
	var early WorkloadState
	early.attachedFrom(revisions[:1], nil) // the controller has not made the revision yet
	if early.RevisionFrom != 0 {
		t.Errorf("from revision %d", early.RevisionFrom)
	}
	replayed := &WorkloadState{Target: Target{Ref: web, Baseline: &Baseline{Workload: &workload.Workload{Template: before}}}}
	e := evaluation{seen: diagnosis.Observed{Workload: &workload.Workload{Generation: 2, Template: after}}, next: replayed}
	if !e.attach() {
		t.Fatal("not attached")
	}
	for name, env := range map[string]workload.EnvChange{"found": found.Env, "replayed": replayed.Env} {
		if strings.Join(env.Set, " ") != "A" || strings.Join(env.Removed, " ") != "OLD" {
			t.Errorf("%s: %+v", name, env)
		}
	}
}
