package cluster

import (
	"encoding/json"
	"reflect"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/types"
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
	return Captured{Object: deploymentObject(&d)}
}

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
				plan, err := rollout.PlanImages(c.Ref(), &c.Deployment.Spec.Template, []rollout.ImageSetting{{Container: "web", Image: "web:2"}})
				return Edit{Template: plan.Template, ChangeCause: test.cause}, err
			})
			if err != nil {
				t.Fatal(err)
			}
			p, err := changes[0].patch(changes[0].Edited().Deployment)
			if err != nil || p.kind != types.StrategicMergePatchType {
				t.Fatal(p.kind, err)
			}
			equalJSON(t, p.body, test.want)
			if changes[0].Deployment.Annotations[workload.AnnotationChangeCause] != "old" {
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
	p, err := change.patch(change.Edited().Deployment)
	if err != nil || p.kind != types.JSONPatchType {
		t.Fatal(p.kind, err)
	}
	equalJSON(t, p.body, `
- {op: replace, path: /metadata/resourceVersion, value: "42"}
- {op: replace, path: /spec/template, value: {metadata: {labels: {app: web}}, spec: {containers: null}}}
- {op: add, path: /metadata/annotations, value: {team: blue, kubernetes.io/change-cause: of then}}
- {op: add, path: /spec/paused, value: false}
`)
	change.Deployment.Spec.Paused = true
	if !change.Edited().Deployment.Spec.Paused {
		t.Error("resumed by itself")
	}
	change.Edit.Resume = true
	if change.Edited().Deployment.Spec.Paused {
		t.Error("not resumed")
	}
	change.Edit.ChangeCause = "why"
	if got := change.Edited().Deployment.Annotations[workload.AnnotationChangeCause]; got != "why" {
		t.Errorf("change-cause: %q", got)
	}
}

func TestUnchanged(t *testing.T) {
	c := captured(t, webDeployment)
	change := Change{Captured: c, Edit: Edit{Template: *c.Deployment.Spec.Template.DeepCopy()}}
	if !change.Unchanged() {
		t.Error("the same template counts as a change")
	}
	change.Edit.Template.Spec.Containers[0].Image = "web:2"
	if change.Unchanged() {
		t.Error("another image counts as no change")
	}
}

func TestStampPatch(t *testing.T) {
	stamp := rollout.Stamp{Hash: "abc", Outcome: rollout.StampGood}
	body, err := stampPatch("u", stamp)
	if err != nil {
		t.Fatal(err)
	}
	equalJSON(t, body, `{"metadata":{"uid":"u","annotations":{"kubectl-app.dev/verdict":"{\"hash\":\"abc\",\"outcome\":\"good\",\"at\":\"0001-01-01T00:00:00Z\"}"}}}`)
}
