package cluster

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const webDeployment = `
metadata: {name: web, namespace: shop, resourceVersion: "42", uid: u, annotations: {kubernetes.io/change-cause: old, team: red}}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}, {name: log, image: "log:1"}]}
`

func captured(t *testing.T, text string) Captured {
	t.Helper()
	var d appsv1.Deployment
	if err := yaml.UnmarshalStrict([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return Captured{Object: objectOf(&d)}
}

func objectOf(d *appsv1.Deployment) Object { return typed(workload.KindNamed("Deployment"), d) }

func deploymentOf(o Object) *appsv1.Deployment { return o.API.(*appsv1.Deployment) }

func equalJSON(t *testing.T, got []byte, want string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("got %s", got)
	}
}

// TestEditPatch: a merge as kubectl's set image sends it, with the cause and the guard beside it.
func TestEditPatch(t *testing.T) {
	for name, test := range map[string]struct{ cause, want string }{
		"with a reason":                        {"new", `{"metadata":{"resourceVersion":"42","annotations":{"kubernetes.io/change-cause":"new"}},"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"web"},{"name":"log"}],"containers":[{"name":"web","image":"web:2"}]}}}}`},
		"without one, the old one is not true": {"", `{"metadata":{"resourceVersion":"42","annotations":{"kubernetes.io/change-cause":null}},"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"web"},{"name":"log"}],"containers":[{"name":"web","image":"web:2"}]}}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			changes, err := PlanAll([]Captured{captured(t, webDeployment)}, func(c Captured) (Edit, error) {
				plan, err := rollout.PlanImages(c.Ref(), c.Template(), []rollout.ImageSetting{{Container: "web", Image: "web:2"}})
				return Edit{Template: plan.Template, ChangeCause: test.cause}, err
			})
			if err != nil {
				t.Fatal(err)
			}
			p, err := changes[0].patch(changes[0].Edited())
			if err != nil || p.kind != types.StrategicMergePatchType {
				t.Fatal(p.kind, err)
			}
			equalJSON(t, p.body, test.want)
			if changes[0].GetAnnotations()[workload.AnnotationChangeCause] != "old" {
				t.Error("the captured object is changed")
			}
		})
	}
}

// TestReplacePatch: an undo replaces the template and the annotations as kubectl's does.
func TestReplacePatch(t *testing.T) {
	c := captured(t, webDeployment)
	change := Change{Captured: c, Edit: Edit{Annotations: map[string]string{"team": "blue", workload.AnnotationChangeCause: "of then"}}}
	change.Edit.Template.Labels = map[string]string{"app": "web"}
	p, err := change.patch(change.Edited())
	if err != nil || p.kind != types.JSONPatchType {
		t.Fatal(p.kind, err)
	}
	equalJSON(t, p.body, `
- {op: replace, path: /metadata/resourceVersion, value: "42"}
- {op: replace, path: /spec/template, value: {metadata: {labels: {app: web}}, spec: {containers: null}}}
- {op: add, path: /metadata/annotations, value: {team: blue, kubernetes.io/change-cause: of then}}
- {op: add, path: /spec/paused, value: false}
`)
	change.SetPaused(true)
	if !change.Edited().Paused() {
		t.Error("resumed by itself")
	}
	change.Edit.Resume = true
	if change.Edited().Paused() {
		t.Error("not resumed")
	}
	change.Edit.ChangeCause = "why"
	if got := change.Edited().GetAnnotations()[workload.AnnotationChangeCause]; got != "why" {
		t.Errorf("change-cause: %q", got)
	}
}

// TestReplacePatchKeepsDoubles: an undo brings back a template as it was, two variables of one name included.
func TestReplacePatchKeepsDoubles(t *testing.T) {
	before := captured(t, webDeployment)
	after := before.Object.Copy()
	after.Template().Spec.Containers[0].Env = []corev1.EnvVar{{Name: "A", Value: "1"}, {Name: "A", Value: "2"}}
	p, err := replacePatch(before.Object, after)
	if err != nil {
		t.Fatal(err)
	}
	if got := patched(t, deploymentOf(before.Object), p); !equality.Semantic.DeepEqual(got.Spec, deploymentOf(after).Spec) {
		t.Errorf("%s makes of it %+v", p.body, got.Spec.Template.Spec)
	}
}

func TestUnchanged(t *testing.T) {
	c := captured(t, webDeployment)
	change := Change{Captured: c, Edit: Edit{Template: *c.Template().DeepCopy()}}
	if !change.Unchanged() {
		t.Error("the same template counts as a change")
	}
	change.Edit.Template.Spec.Containers[0].Image = "web:2"
	if change.Unchanged() {
		t.Error("another image counts as no change")
	}
}

func TestVerdictPatch(t *testing.T) {
	stamp := rollout.VerdictAnnotation{Hash: "abc", Outcome: rollout.VerdictGood}
	body, err := verdictPatch("u", stamp)
	if err != nil {
		t.Fatal(err)
	}
	equalJSON(t, body, `{"metadata":{"uid":"u","annotations":{"kubectl-app.dev/verdict":"{\"hash\":\"abc\",\"outcome\":\"good\",\"at\":\"0001-01-01T00:00:00Z\"}"}}}`)
}

// TestEditPatchExpressesTheEdit: a merge by name can't tell two variables of one name apart. The server must
// come to the planned template all the same.
func TestEditPatchExpressesTheEdit(t *testing.T) {
	const doubled = `
metadata: {name: web, namespace: shop, resourceVersion: "42", uid: u}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: migrate, image: "migrate:1", env: [{name: MODE, value: a}, {name: MODE, value: b}]}]
      imagePullSecrets: [{name: registry}, {name: registry}]
      containers:
      - {name: log, image: "log:1"}
      - name: web
        image: web:1
        ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53, protocol: TCP}, {containerPort: 80}]
        env:
        - {name: LEVEL, value: low}
        - {name: ZONE, value: a}
        - {name: LEVEL, valueFrom: {secretKeyRef: {name: db, key: level}}}
        - {name: LEVEL, value: high}
`
	variable := func(text string) []corev1.EnvVar {
		name, value, _ := strings.Cut(text, "=")
		return []corev1.EnvVar{{Name: name, Value: value}}
	}
	all := rollout.EnvSettings{Containers: rollout.AllContainers}
	for name, test := range map[string]struct {
		env  rollout.EnvSettings
		want types.PatchType
	}{
		"set to what the last one has":        {rollout.EnvSettings{Set: variable("LEVEL=high"), Containers: "web"}, types.MergePatchType},
		"set to what the first one has":       {rollout.EnvSettings{Set: variable("LEVEL=low"), Containers: "web"}, ""},
		"set to something else":               {rollout.EnvSettings{Set: variable("LEVEL=new"), Containers: "web"}, ""},
		"one of an init container":            {rollout.EnvSettings{Set: variable("MODE=b"), Containers: "migrate"}, types.MergePatchType},
		"another variable":                    {rollout.EnvSettings{Set: variable("NEW=1"), Containers: "*"}, ""},
		"a removal":                           {rollout.EnvSettings{Remove: []string{"LEVEL"}, Containers: "*"}, ""},
		"a removal of another":                {rollout.EnvSettings{Remove: []string{"ZONE"}, Containers: "*"}, ""},
		"both doubled ones":                   {rollout.EnvSettings{Set: variable("LEVEL=high"), Remove: []string{"MODE"}, Containers: "*"}, types.MergePatchType},
		"nothing is doubled in its container": {rollout.EnvSettings{Set: variable("MODE=x"), Containers: "log"}, types.StrategicMergePatchType},
		"an image alone":                      {all, types.StrategicMergePatchType},
	} {
		t.Run(name, func(t *testing.T) {
			before := captured(t, doubled)
			plan, err := rollout.PlanEnv(before.Ref(), before.Template(), test.env)
			if err != nil {
				t.Fatal(err)
			}
			if name == "an image alone" {
				plan.Template.Spec.Containers[1].Image = "web:2"
			}
			after := Change{Captured: before, Edit: Edit{Template: plan.Template}}.Edited()
			p, err := editPatch(before.Object, after)
			if err != nil || test.want != "" && p.kind != test.want {
				t.Fatal(p.kind, err)
			}
			if got := patched(t, deploymentOf(before.Object), p); !equality.Semantic.DeepEqual(got.Spec, deploymentOf(after).Spec) || got.ResourceVersion != "42" {
				t.Errorf("%s makes of it %+v", p.body, got.Spec.Template.Spec)
			}
		})
	}
}

// patched is what the server makes of an object.
func patched(t *testing.T, before *appsv1.Deployment, p patch) (d appsv1.Deployment) {
	t.Helper()
	old, err := json.Marshal(before)
	if err != nil {
		t.Fatal(err)
	}
	var next []byte
	switch p.kind {
	case types.StrategicMergePatchType:
		next, err = strategicpatch.StrategicMergePatch(old, p.body, appsv1.Deployment{})
	case types.MergePatchType:
		next, err = jsonpatch.MergePatch(old, p.body)
	default:
		var operations jsonpatch.Patch
		if operations, err = jsonpatch.DecodePatch(p.body); err == nil {
			next, err = operations.Apply(old)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(next, &d); err != nil {
		t.Fatal(err)
	}
	return d
}
