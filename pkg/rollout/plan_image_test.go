package rollout

import (
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var web = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}

// template has one container for each "name=image"; names that begin with "init" are init containers.
func template(containers ...string) corev1.PodTemplateSpec {
	var t corev1.PodTemplateSpec
	for _, c := range containers {
		name, image, _ := strings.Cut(c, "=")
		container := corev1.Container{Name: name, Image: image}
		if strings.HasPrefix(name, "init") {
			t.Spec.InitContainers = append(t.Spec.InitContainers, container)
		} else {
			t.Spec.Containers = append(t.Spec.Containers, container)
		}
	}
	return t
}

func settings(pairs ...string) []ImageSetting {
	var all []ImageSetting
	for _, p := range pairs {
		container, image, _ := strings.Cut(p, "=")
		all = append(all, ImageSetting{container, image})
	}
	return all
}

func TestPlanImages(t *testing.T) {
	for name, test := range map[string]struct {
		template []string
		set      []string
		changes  string // "container: from -> to"
		faults   []string
	}{
		"one of two":              {template: []string{"web=web:1", "log=log:1"}, set: []string{"web=web:2"}, changes: "web: web:1 -> web:2"},
		"both":                    {template: []string{"web=web:1", "log=log:1"}, set: []string{"log=log:2", "web=web:2"}, changes: "web: web:1 -> web:2, log: log:1 -> log:2"},
		"an init container":       {template: []string{"init=db:1", "web=web:1"}, set: []string{"init=db:2"}, changes: "init(init): db:1 -> db:2"},
		"all, init ones included": {template: []string{"init=a", "web=b", "log=c:2"}, set: []string{"*=c:2"}, changes: "init(init): a -> c:2, web: b -> c:2"},
		"nothing changes":         {template: []string{"web=web:1"}, set: []string{"web=web:1"}},
		"an unknown container": {
			template: []string{"web=web:1"}, set: []string{"wbe=web:2"},
			faults: []string{`no container "wbe" in deployment/web; did you mean "web"?`},
		},
		"nothing like it": {
			template: []string{"init=a:1", "web=web:1"}, set: []string{"postgres=web:2"},
			faults: []string{`no container "postgres" in deployment/web; it has init, web`},
		},
		"an invalid image": {
			template: []string{"web=web:1"}, set: []string{"web=Web:2"},
			faults: []string{`"Web:2" is not an image reference: the repository "Web" has to be lower case`}, changes: "web: web:1 -> Web:2",
		},
		"a variable, whose value may be a secret": {
			template: []string{"web=web:1"}, set: []string{"PASSWORD=hunter2-Xyz"},
			faults: []string{`no container "PASSWORD" in deployment/web; it has web; for a variable: kubectl app set env`},
		},
		"all that is wrong at once": {
			template: []string{"web=web:1"}, set: []string{"wbe=web:", "log=web:"},
			faults: []string{`no container "wbe"`, `no container "log"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := template(test.template...)
			plan, err := PlanImages(web, &before, settings(test.set...))
			if got := describeChanges(plan.Changes); got != test.changes {
				t.Errorf("changes: %s", got)
			}
			if (err != nil) != (len(test.faults) > 0) {
				t.Fatalf("error: %v", err)
			}
			for _, fault := range test.faults {
				if !strings.Contains(err.Error(), fault) {
					t.Errorf("%q does not say %q", err, fault)
				}
			}
			if err != nil && strings.Count(err.Error(), "\n")+1 != len(test.faults) {
				t.Errorf("faults: %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("a value is shown: %v", err)
			}
			if again := template(test.template...); !workload.SameTemplate(&before, &again) {
				t.Error("the template that was given is changed")
			}
		})
	}
}

func describeChanges(changes []ImageChange) string {
	var all []string
	for _, c := range changes {
		name := c.Container
		if c.Init {
			name += "(init)"
		}
		all = append(all, name+": "+c.From+" -> "+c.To)
	}
	return strings.Join(all, ", ")
}

func TestPlanImagesLeavesEphemeralContainers(t *testing.T) {
	before := template("web=web:1")
	before.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debug", Image: "sh"}}}
	plan, err := PlanImages(web, &before, settings("*=web:2"))
	if err != nil || plan.Template.Spec.EphemeralContainers[0].Image != "sh" {
		t.Errorf("%v, %+v", err, plan.Template.Spec)
	}
	_, err = PlanImages(web, &before, settings("debug=web:2"))
	var unknown *UnknownContainerError
	if !errors.As(err, &unknown) || unknown.Container != "debug" {
		t.Errorf("got %v", err)
	}
}

func TestParseImageArgs(t *testing.T) {
	for args, want := range map[string]string{
		"deploy/web web=web:2":           "deploy/web | web=web:2",
		"deploy web api web=web:2 log=a": "deploy web api | web=web:2 log=a",
		"web=reg:5000/web@sha256:a=b":    " | web=reg:5000/web@sha256:a=b",
		"deploy/web *=web:2":             "deploy/web | *=web:2",
		"deploy/web web=a log=b web=c":   "error: web is set to two images",
		"deploy/web web=":                "error: \"\" is not an image reference: it is empty",
		"deploy/web web=Web:2":           `error: "Web:2" is not an image reference`,
		"deploy/web PASSWORD=Web:2":      "deploy/web | PASSWORD=Web:2",
		"deploy/web":                     "error: no image to set",
		"":                               "error: ",
		"web=a deploy/web":               `error: resources come before CONTAINER=IMAGE, and "deploy/web" comes after`,
		"deploy/web *=a web=b":           "error: '*=IMAGE' sets all containers",
		"deploy/web =a":                  `error: "=…" is neither`,
		"deploy/web web-":                `error: "web-" is neither`,
	} {
		resources, set, err := ParseImageArgs(strings.Split(args, " "))
		got := strings.Join(resources, " ") + " |"
		for _, s := range set {
			got += " " + s.Container + "=" + s.Image
		}
		if err != nil {
			got = "error: " + err.Error()
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%q: got %q, want %q", args, got, want)
		}
	}
}

func TestPlanRestart(t *testing.T) {
	before := template("web=web:1")
	after := PlanRestart(&before, time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC))
	if after.Annotations["kubectl.kubernetes.io/restartedAt"] != "2026-05-04T03:02:01Z" || before.Annotations != nil {
		t.Errorf("before %v, after %v", before.Annotations, after.Annotations)
	}
}
