package redact

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// The pod of each kind is hidden, wherever the kind has it.
func TestHideEveryKind(t *testing.T) {
	const secret = "hunter2"
	header := []corev1.HTTPHeader{{Name: "Authorization", Value: secret}}
	template := &corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{workload.AnnotationLastApplied: secret}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "web", Env: []corev1.EnvVar{{Name: "TOKEN", Value: secret}}, Args: []string{"--password=" + secret},
			LivenessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/up?token=" + secret, HTTPHeaders: header}}},
		}}},
	}
	template.Spec.InitContainers = template.Spec.Containers
	for _, kind := range workload.Kinds() {
		made := kind.Make()
		made.SetAnnotations(map[string]string{workload.AnnotationLastApplied: secret})
		o, ok := workload.ObjectOf(made)
		if !ok {
			t.Fatalf("%s is not in the table", kind.Kind)
		}
		o.SetTemplate(template)
		plain, err := runtime.DefaultUnstructuredConverter.ToUnstructured(made)
		if err != nil {
			t.Fatal(err)
		}
		(&Redactor{}).Hide(plain, "(cut %d)")
		text, err := json.Marshal(plain)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), secret) || strings.Count(string(text), "(cut 1)") != 6 || strings.Count(string(text), `"/up?(cut 2)"`) != 2 {
			t.Errorf("%s: %s", kind.Kind, text)
		}
	}
}

// A command line gives a value away only where a flag or a variable says that it is a secret.
func TestHideArguments(t *testing.T) {
	for _, test := range []struct{ args, want []any }{
		{[]any{"--password=hunter2", "--level=2"}, []any{"--password=(cut 1)", "--level=2"}},
		{[]any{"--password=two words"}, []any{"--password=(cut 1)"}},
		{[]any{"--token", "hunter2", "--verbose"}, []any{"--token", "(cut 1)", "--verbose"}},
		{[]any{"--token", "--verbose", "x"}, nil},
		{[]any{"--token-file=/run/token", "--password=$(DB_PASS)", "--token", "$(TOKEN)"}, nil},
		{[]any{"--from-literal=password=hunter2"}, []any{"--from-literal=password=(cut 1)"}},
		{[]any{"-Ddb.password=hunter2", "-jar", "app.jar"}, []any{"-Ddb.password=(cut 1)", "-jar", "app.jar"}},
		{
			[]any{"-c", `export DB_PASS='a b'; mysql --verbose --password hunter2 -e "select"; x --token="$TOKEN"`},
			[]any{"-c", `export DB_PASS=(cut 1); mysql --verbose --password (cut 2) -e "select"; x --token="$TOKEN"`},
		},
		{[]any{"-c", "mysql -u root --password=hunter2"}, []any{"-c", "mysql -u root --password=(cut 1)"}},
		{[]any{"PASSWORD=two words"}, []any{"PASSWORD=(cut 1)"}},
		{[]any{"the password is asked for", 7, "a=b"}, nil},
	} {
		if test.want == nil {
			test.want = slices.Clone(test.args)
		}
		container := func() map[string]any { return map[string]any{"args": slices.Clone(test.args)} }
		probe := container()
		probe["livenessProbe"] = map[string]any{"exec": map[string]any{"command": slices.Clone(test.args)}}
		pod := map[string]any{"spec": map[string]any{"containers": []any{container(), probe}}}
		r := &Redactor{}
		for range 2 {
			r.Hide(pod, "(cut %d)")
		}
		for _, got := range []any{
			objects(child(pod, "spec"), "containers")[0]["args"], child(child(probe, "livenessProbe"), "exec")["command"],
		} {
			if !slices.Equal(got.([]any), test.want) {
				t.Errorf("%q\n got %q\nwant %q", test.args, got, test.want)
			}
		}
	}
}
