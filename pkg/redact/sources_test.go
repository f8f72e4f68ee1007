package redact

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"
)

// Secrets are read once a text of a pod is there that may quote them, and only those of the pod.
func TestSecretsAreReadForTexts(t *testing.T) {
	pod := func(name, spec, status string) *corev1.Pod {
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
		for text, into := range map[string]any{spec: &p.Spec, status: &p.Status} {
			if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
				t.Fatal(err)
			}
		}
		return p
	}
	const (
		env      = `containers: [{name: web, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: pass}}}], envFrom: [{secretRef: {name: all}}]}]`
		volumes  = `{containers: [{name: web}], initContainers: [{name: i, envFrom: [{secretRef: {name: db}}]}], volumes: [{name: v, secret: {secretName: files}}, {name: p, projected: {sources: [{secret: {name: part}}]}}]}`
		none     = `{containers: [{name: web, env: [{name: P, value: x}]}], imagePullSecrets: [{name: pull}]}`
		well     = `{phase: Running, conditions: [{type: Ready, status: "True"}]}`
		crashed  = `containerStatuses: [{lastState: {terminated: {message: "login hunter2 refused"}}}]`
		waiting  = `{conditions: [{type: Ready, status: "False", message: "containers with unready status: [web]"}], containerStatuses: [{state: {waiting: {reason: CrashLoopBackOff, message: back-off}}}]}`
		failed   = `containerStatuses: [{state: {waiting: {reason: RunContainerError, message: x}}}]`
		quoted   = "login hunter2 refused"
		expected = "login *** refused"
	)
	event := func(of, kind string) func(*Redactor) string {
		return func(r *Redactor) string {
			e := &corev1.Event{Type: kind, InvolvedObject: corev1.ObjectReference{Kind: "Pod", Namespace: "shop", Name: of}, Message: quoted}
			r.Event(e)
			return e.Message
		}
	}
	log := func(of string) func(*Redactor) string {
		return func(r *Redactor) string {
			return r.Log(types.NamespacedName{Namespace: "shop", Name: of}, "web", false, []string{quoted})[0]
		}
	}
	nothing := func(*Redactor) string { return "" }
	for name, test := range map[string]struct {
		pod  *corev1.Pod
		text func(*Redactor) string
		want string // Secrets
	}{
		"a pod that is well":         {pod("a", env, well), nothing, ""},
		"a message":                  {pod("a", env, crashed), nothing, "all db"},
		"files and init containers":  {pod("a", volumes, crashed), nothing, "db files part"},
		"no Secret but to pull with": {pod("a", none, crashed), nothing, ""},
		"a log":                      {pod("a", env, well), log("a"), "all db"},
		"a log of another pod":       {pod("a", env, well), log("b"), ""},
		"a warning":                  {pod("a", env, well), event("a", corev1.EventTypeWarning), "all db"},
		"a warning of another pod":   {pod("a", env, well), event("b", corev1.EventTypeWarning), ""},
		"a back-off":                 {pod("a", env, waiting), nothing, ""},
		"a command that fails":       {pod("a", env, failed), nothing, "all db"},
		"a normal event":             {pod("a", env, well), event("a", corev1.EventTypeNormal), ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, read := &Redactor{}, []string{}
			r.Read = func(secrets []types.NamespacedName) {
				for _, s := range secrets {
					if read = append(read, s.Name); s.Namespace != "shop" {
						t.Errorf("it reads %s", s)
					}
				}
				r.Secret(map[string][]byte{"pass": []byte("hunter2")})
			}
			r.Pods(test.pod)
			text := test.text(r)
			slices.Sort(read)
			if got := strings.Join(read, " "); got != test.want {
				t.Errorf("it read %q, want %q", got, test.want)
			}
			for _, s := range test.pod.Status.ContainerStatuses {
				if ended := s.LastTerminationState.Terminated; ended != nil && test.want != "" && ended.Message != expected {
					t.Error(ended.Message)
				}
			}
			if text != "" && test.want != "" && text != expected {
				t.Error(text)
			}
		})
	}
}

// A pod that was trimmed keeps its Secrets, and what was masked before they were known is masked again.
func TestArrivedBeforeItsSecrets(t *testing.T) {
	r := &Redactor{}
	r.Read = func([]types.NamespacedName) { r.Secret(map[string][]byte{"k": []byte("hunter2")}) }
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "a"}, Status: corev1.PodStatus{Message: "login hunter2 refused"}}
	p.Spec.Containers = []corev1.Container{{EnvFrom: []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}}}}}}
	r.Arrived(p)
	p.Spec = corev1.PodSpec{}
	if r.Pods(p); p.Status.Message != "login *** refused" {
		t.Error(p.Status.Message)
	}
}
