package redact

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// identifiers are fields of a status that hold a name or a number in a fixed form, and no text.
var identifiers = []string{
	"Name", "Image", "ImageID", "ContainerID", "HostIP", "PodIP", "IP", "NominatedNodeName", "HostnameOverride", "Resource",
	"MountPath", "ResourceID", "Signal", "DriverName", "Kind", "Namespace", "APIVersion", "ResourceVersion", "FieldPath", "Type",
	"ReportingController", "ReportingInstance", "Component", "Host", "GenerateName", "SelfLink", "Manager", "Subresource",
	"PoolName", "DeviceName", "ResourceClaimName", "ImageRef", "Request", "ContainerName", "ResourceName", "RequestName", "Containers", "Reason",
}

// plant puts a text into each string below a value that is no identifier, and makes what is empty.
func plant(v reflect.Value, field, text string, depth int) {
	if depth == 0 || !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && !slices.Contains(identifiers, field) {
			v.SetString(text)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		plant(v.Elem(), field, text, depth-1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		plant(v.Index(0), field, text, depth-1)
	case reflect.Struct:
		for i := range v.NumField() {
			if strings.HasPrefix(v.Type().PkgPath(), "k8s.io/api/") {
				plant(v.Field(i), v.Type().Field(i).Name, text, depth-1)
			}
		}
	}
}

// Whatever field the API has for a text: a value that is quoted there is masked. A new field fails this.
func TestEachFieldIsMasked(t *testing.T) {
	const text = `denied: "DB_PASS=hunter2\x00" and good-morning77`
	template := corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{
		Name: "web", Image: "web:1", Env: []corev1.EnvVar{
			{Name: "DB_PASS", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{Key: "pass"}}},
			{Name: "GREETING", Value: "good-morning77"},
		},
	}}}}
	deployment := &appsv1.Deployment{Spec: appsv1.DeploymentSpec{Template: template}}
	set := &appsv1.ReplicaSet{Spec: appsv1.ReplicaSetSpec{Template: template}}
	pod, event := &corev1.Pod{Spec: template.Spec}, &corev1.Event{}
	status := &metav1.Status{Message: text, Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Message: text, Field: text}}}}
	for _, v := range []any{&deployment.Status, &set.Status, &pod.Status, event} {
		plant(reflect.ValueOf(v).Elem(), "", text, 12)
	}

	r := &Redactor{}
	o, _ := workload.ObjectOf(deployment)
	r.Workload(o)
	r.Revision(workload.HistoryOf(set), set)
	r.Pod(pod)
	r.Event(event)
	r.Status(status)
	for _, v := range []any{deployment.Status, set.Status, pod.Status, event, status} {
		shown, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range []string{"hunter2", "good-morning77"} {
			if strings.Contains(string(shown), value) {
				t.Errorf("%T shows %s: %s", v, value, shown)
			}
		}
		if !strings.Contains(string(shown), `denied: \"DB_PASS=***\" and ***`) {
			t.Errorf("%T: the rest of the text is lost: %s", v, shown)
		}
	}
}

// A webhook gives a pod variables that its template lacks.
func TestVariablesOfAPod(t *testing.T) {
	r := &Redactor{}
	pod := &corev1.Pod{
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Env: []corev1.EnvVar{{Name: "INJECTED", Value: "vault-4711-x"}}}}},
		Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{State: corev1.ContainerState{
			Waiting: &corev1.ContainerStateWaiting{Message: "exec vault-4711-x"},
		}}}},
	}
	r.Pod(pod)
	if got := pod.Status.ContainerStatuses[0].State.Waiting.Message; got != "exec ***" {
		t.Error(got)
	}
}

func TestRequest(t *testing.T) {
	for _, test := range []struct {
		body     string
		resource string
	}{
		{`{"data":{"k":"aHVudGVyMi0yMDI2"}}`, "secrets"},
		{`{"data":{"greeting":"hunter2-2026"}}`, "configmaps"},
		{`{"stringData":{"k":"hunter2-2026"}}`, "secrets"},
		{`{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"K","value":"hunter2-2026"}]}]}}}}`, ""},
		{`[{"op":"replace","path":"/spec/template","value":{"spec":{"containers":[{"env":[{"name":"K","value":"hunter2-2026"}]}]}}}]`, ""},
	} {
		r := &Redactor{}
		r.Request([]byte(test.body), test.resource)
		if got := r.Text("denied: hunter2-2026"); got != "denied: ***" {
			t.Errorf("%s: %s", test.body, got)
		}
	}
}
