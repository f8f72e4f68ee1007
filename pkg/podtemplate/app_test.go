package podtemplate

import (
	"errors"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var web = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}

// templateOf reads a template.
func templateOf(t *testing.T, text string) *corev1.PodTemplateSpec {
	t.Helper()
	var made corev1.PodTemplateSpec
	if err := yaml.UnmarshalStrict([]byte(text), &made); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return &made
}

// expectTemplate compares a template with YAML.
func expectTemplate(t *testing.T, got *corev1.PodTemplateSpec, want string) {
	t.Helper()
	wanted := templateOf(t, want)
	a, _ := yaml.Marshal(got)
	b, _ := yaml.Marshal(wanted)
	if string(a) != string(b) {
		t.Errorf("got\n%s, want\n%s", a, b)
	}
}

func handler(t *testing.T, text string) *Handler {
	t.Helper()
	h, err := ParseHandler(text)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestNewTemplate(t *testing.T) {
	secret, _ := ParseEnvFrom("secret/db")
	settings, _ := ParseEnvFrom("cm/settings")
	quantities := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m")}
	for name, test := range map[string]struct {
		app  App
		want string
	}{
		"kubectl's": {
			App{Images: []string{"registry.example.org:5000/team/web_app.v2:1.0", "b:1", "c/b"}, Command: []string{"sleep", "3"}, Labels: map[string]string{"app": "web"}},
			`
metadata: {labels: {app: web}}
spec:
  containers:
  - {name: web-app-v2, image: "registry.example.org:5000/team/web_app.v2:1.0", command: [sleep, "3"], resources: {}}
  - {name: b, image: "b:1", command: [sleep, "3"], resources: {}}
  - {name: b-2, image: c/b, command: [sleep, "3"], resources: {}}`,
		},
		"a port gets a probe": {App{Images: []string{"web:1"}, Port: 8080, DefaultProbe: true}, `
spec: {containers: [{name: web, image: "web:1", resources: {}, ports: [{containerPort: 8080}], readinessProbe: {tcpSocket: {port: 8080}}}]}`},
		"none without a port":          {App{Images: []string{"web:1"}, DefaultProbe: true}, `{spec: {containers: [{name: web, image: "web:1", resources: {}}]}}`},
		"none where it is not wanted":  {App{Images: []string{"web:1"}, Port: 80}, `{spec: {containers: [{name: web, image: "web:1", resources: {}, ports: [{containerPort: 80}]}]}}`},
		"a probe by HTTP":              {App{Images: []string{"web:1"}, Port: 80, Probe: handler(t, "http/up")}, `{spec: {containers: [{name: web, image: "web:1", resources: {}, ports: [{containerPort: 80}], readinessProbe: {httpGet: {path: /up, port: 80, scheme: HTTP}}}]}}`},
		"a probe of a port of its own": {App{Images: []string{"web:1"}, Probe: handler(t, "tcp:81")}, `{spec: {containers: [{name: web, image: "web:1", resources: {}, readinessProbe: {tcpSocket: {port: 81}}}]}}`},
		"what a container needs": {
			App{
				Images: []string{"a", "b"}, Env: []corev1.EnvVar{{Name: "A", Value: "1"}}, EnvFrom: []corev1.EnvFromSource{secret, settings},
				Requests: quantities, Limits: quantities, ServiceAccount: "robot", PullSecrets: []string{"registry"},
				Sidecars: []Sidecar{{"logs", "fluent:1"}},
			}, `
spec:
  serviceAccount: robot
  serviceAccountName: robot
  imagePullSecrets: [{name: registry}]
  initContainers: [{name: logs, image: "fluent:1", restartPolicy: Always, resources: {}}]
  containers:
  - {name: a, image: a, env: [{name: A, value: "1"}], envFrom: [{secretRef: {name: db}}, {configMapRef: {name: settings}}], resources: {requests: {cpu: 100m}, limits: {cpu: 100m}}}
  - {name: b, image: b, env: [{name: A, value: "1"}], envFrom: [{secretRef: {name: db}}, {configMapRef: {name: settings}}], resources: {requests: {cpu: 100m}, limits: {cpu: 100m}}}`,
		},
		"restricted": {App{Images: []string{"a"}, Sidecars: []Sidecar{{"b", "b"}}, Security: Restricted}, `
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  initContainers: [{name: b, image: b, restartPolicy: Always, resources: {}, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]
  containers: [{name: a, image: a, resources: {}, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]`},
		"baseline": {App{Images: []string{"a"}, Security: Baseline}, `
spec:
  securityContext: {seccompProfile: {type: RuntimeDefault}}
  containers: [{name: a, image: a, resources: {}, securityContext: {allowPrivilegeEscalation: false}}]`},
		"none": {App{Images: []string{"a"}, Security: Unconfined}, `{spec: {containers: [{name: a, image: a, resources: {}}]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, notes, err := test.app.Plan(web, &corev1.PodTemplateSpec{})
			if err != nil || len(notes) > 0 {
				t.Fatalf("%v, %q", err, notes)
			}
			expectTemplate(t, &got, test.want)
		})
	}
}

func TestTemplateThatExists(t *testing.T) {
	const before = `
metadata: {labels: {app: web, tier: front}}
spec:
  securityContext: {runAsNonRoot: true, fsGroup: 7, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: main
    image: web:1
    command: [serve]
    ports: [{containerPort: 80}]
    env: [{name: A, value: "1"}, {name: B, value: "2"}]
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}
    readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 3}
    resources: {requests: {cpu: 1}}`
	for name, test := range map[string]struct {
		app     App
		changed []string // of the text: old, new, …
	}{
		"the only container, whatever its name":  {App{Images: []string{"web:2"}}, []string{"web:1", "web:2"}},
		"the same again":                         {App{Images: []string{"web:1"}, Port: 80, DefaultProbe: true, Command: []string{"serve"}, Labels: map[string]string{"app": "x"}}, nil},
		"a variable":                             {App{Env: []corev1.EnvVar{{Name: "A", Value: "3"}}, Images: []string{"web:1"}}, []string{`{name: A, value: "1"}, {name: B, value: "2"}`, `{name: A, value: "3"}, {name: B, value: "2"}`}},
		"one more port, and no probe by default": {App{Images: []string{"web:1"}, Port: 81, DefaultProbe: true}, []string{"[{containerPort: 80}]", "[{containerPort: 80}, {containerPort: 81}]"}},
		"another probe keeps its times":          {App{Images: []string{"web:1"}, Probe: handler(t, "http:80/up")}, []string{"tcpSocket: {port: 80}", "httpGet: {path: /up, port: 80, scheme: HTTP}"}},
		"no probe":                               {App{Images: []string{"web:1"}, NoProbe: true}, []string{"    readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 3}\n", ""}},
		"less strict":                            {App{Images: []string{"web:1"}, Security: Baseline}, []string{"runAsNonRoot: true, ", "", "drop: [ALL], ", ""}},
		"no context of ours": {App{Images: []string{"web:1"}, Security: Unconfined}, []string{
			"runAsNonRoot: true, ", "", ", seccompProfile: {type: RuntimeDefault}", "", "allowPrivilegeEscalation: false, ", "", "drop: [ALL], ", "",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, notes, err := test.app.Plan(web, templateOf(t, before))
			if err != nil || len(notes) > 0 {
				t.Fatalf("%v, %q", err, notes)
			}
			expectTemplate(t, &got, strings.NewReplacer(test.changed...).Replace(before))
		})
	}
}

func TestTemplateRefused(t *testing.T) {
	for name, test := range map[string]struct {
		app    App
		says   string
		before string
	}{
		"an image":                  {App{Images: []string{"Web"}}, `"Web" is not an image reference`, ""},
		"a sidecar":                 {App{Images: []string{"web"}, Sidecars: []Sidecar{{"a", "A"}}}, `"A" is not an image reference`, ""},
		"two sidecars of one name":  {App{Images: []string{"web"}, Sidecars: []Sidecar{{"a", "a:1"}, {"a", "b:1"}}}, "two sidecars of the name a", ""},
		"a sidecar and a container": {App{Images: []string{"web"}, Sidecars: []Sidecar{{"web", "a:1"}}}, "deployment/web has a container web: choose another name", ""},
		"a container that is there": {
			App{Images: []string{"web"}, Sidecars: []Sidecar{{"main", "a:1"}}},
			"deployment/web has a container main: choose another name",
			"{spec: {containers: [{name: main}]}}",
		},
		"an init container that ends": {
			App{Images: []string{"web"}, Sidecars: []Sidecar{{"migrate", "a:1"}}},
			"deployment/web has an init container migrate that ends",
			"{spec: {initContainers: [{name: migrate}], containers: [{name: main}]}}",
		},
		"no port to probe": {App{Images: []string{"web"}, Probe: handler(t, "tcp")}, "container web of deployment/web declares no port: write the port of the probe", ""},
	} {
		before := &corev1.PodTemplateSpec{}
		if test.before != "" {
			before = templateOf(t, test.before)
		}
		if _, _, err := test.app.Plan(web, before); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %s", name, err, test.says)
		}
	}
}

// Of several containers it is not known which one an image is for that has the name of none.
func TestImageForNoContainer(t *testing.T) {
	before := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:1"}, {Name: "envoy", Image: "envoy:1"}}}}
	app := App{Images: []string{"reg.test/shop-web:2"}}
	_, _, err := app.Plan(web, before)
	var plan *PlanError
	if !errors.As(err, &plan) || plan.Message != "deployment/web exists and has no container shop-web; it has web and envoy" || len(plan.Next) != 1 {
		t.Errorf("got %v", err)
	}
}

func TestSecurityOfNamespace(t *testing.T) {
	for label, want := range map[string]Security{"": Baseline, "baseline": Baseline, "restricted": Restricted, "privileged": Unconfined} {
		if got := SecurityOf(map[string]string{LabelEnforce: label}); got != want {
			t.Errorf("%q: %s, want %s", label, got, want)
		}
	}
	if got := SecurityOf(nil); got != Baseline {
		t.Errorf("no labels: %s", got)
	}
}

func TestRunsAsRoot(t *testing.T) {
	for message, want := range map[string]bool{
		"container has runAsNonRoot and image will run as root":                                           true,
		"container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root": true,
		`container's runAsUser breaks non-root policy (pod: "a", container: b)`:                           false,
		`pods "web-1" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true`:       false,
		"the image web:1 will run as root one day":                                                        false,
	} {
		if RunsAsRoot(message) != want {
			t.Errorf("%s: %v", message, !want)
		}
	}
}

func TestContainerNames(t *testing.T) {
	for images, want := range map[string][]string{
		"nginx":                           {"nginx"},
		"localhost:5000/a/b:1@sha256:abc": {"b"},
		"nginx:1 nginx:2 nginx-2":         {"nginx", "nginx-2", "nginx-2-2"},
		"my_app.x":                        {"my-app-x"},
	} {
		if got := ContainerNames(strings.Fields(images)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", images, got, want)
		}
	}
}
