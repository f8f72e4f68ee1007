package check_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
)

// cluster is a namespace as the API server shows it: web runs its second revision with one pod of two, and a pod of the
// first revision is left.
const cluster = `
deployments:
- {kind: Deployment, apiVersion: apps/v1, metadata: {name: web, uid: d, generation: 2}, spec: {replicas: 2, template: {spec: {containers: [{name: web, image: "web:2.0"}]}}}, status: {observedGeneration: 2, readyReplicas: 1}}
replicasets:
- {metadata: {name: web-1, uid: r1, creationTimestamp: "2026-01-01T00:00:00Z", annotations: {deployment.kubernetes.io/revision: "1"}, ownerReferences: [{kind: Deployment, name: web, uid: d, controller: true}]}, spec: {template: {spec: {containers: [{name: web, image: "web:1.0"}]}}}}
- {metadata: {name: web-2, uid: r2, creationTimestamp: "2026-01-02T00:00:00Z", annotations: {deployment.kubernetes.io/revision: "2"}, ownerReferences: [{kind: Deployment, name: web, uid: d, controller: true}]}, spec: {template: {spec: {containers: [{name: web, image: "web:2.0"}]}}}}
pods:
- metadata: {name: web-1-a, labels: {pod-template-hash: "1"}, ownerReferences: [{kind: ReplicaSet, name: web-1, uid: r1, controller: true}]}
  spec: {containers: [{name: web, image: "web:1.0"}]}
  status: {containerStatuses: [{name: web, ready: true}]}
- metadata: {name: web-2-a, labels: {pod-template-hash: "2"}, ownerReferences: [{kind: ReplicaSet, name: web-2, uid: r2, controller: true}]}
  spec:
    initContainers:
    - {name: once, image: "once:1.0"}
    - {name: log, image: "log:1.0", restartPolicy: Always}
    containers:
    - name: web
      image: "web:2.0"
      envFrom: [{configMapRef: {name: settings}, prefix: S_}]
      env:
      - {name: PLAIN, value: "1"}
      - {name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
      - {name: NONE, valueFrom: {secretKeyRef: {name: db, key: none}}}
      volumeMounts: [{name: files, mountPath: /etc/web}, {name: files, mountPath: /one, subPath: MODE}]
    volumes: [{name: files, configMap: {name: settings}}]
  status: {containerStatuses: [{name: web, ready: true, restartCount: 3}]}
- metadata: {name: going, deletionTimestamp: "2026-01-01T00:00:00Z"}
  spec: {containers: [{name: x, image: x}]}
services:
- {metadata: {name: web}, spec: {selector: {app: web, tier: front}}}
- {metadata: {name: none}}
endpointslices:
- {metadata: {name: web-x, labels: {kubernetes.io/service-name: web}}, endpoints: [{conditions: {ready: true}, targetRef: {name: web-2-a}}, {conditions: {ready: false}, targetRef: {name: web-1-a}}]}
configmaps:
- {metadata: {name: settings}, data: {MODE: fast}}
secrets:
- {metadata: {name: db}, data: {password: aHVudGVyMg==}}
`

func facts(t *testing.T) check.Facts {
	t.Helper()
	var objects map[string][]map[string]any
	if err := yaml.Unmarshal([]byte(cluster), &objects); err != nil {
		t.Fatal(err)
	}
	f := check.Facts{Namespace: "here", Objects: map[string][]unstructured.Unstructured{}}
	for resource, list := range objects {
		for _, o := range list {
			f.Objects[resource] = append(f.Objects[resource], unstructured.Unstructured{Object: o})
		}
	}
	f.Answers = map[check.Request]check.Answer{
		good: {Status: 200, Body: map[string]any{"image": "web:2.0"}},
		bad:  {Status: 503, Body: "no endpoints"},
	}
	f.Allowed = map[check.Access]bool{get: true}
	return f
}

var (
	good   = check.Request{To: check.Service, Name: "web"}
	bad    = check.Request{To: check.Service, Name: "none"}
	get    = check.Access{ServiceAccount: "job", Verb: "get", Resource: "pods"}
	remove = check.Access{ServiceAccount: "job", Verb: "delete", Resource: "pods"}
)

func run(t *testing.T, c check.Check) check.Result {
	t.Helper()
	c.Want = "x"
	if c.Missing == "" {
		c.Missing = "y"
	}
	if c.Hints == nil {
		c.Hints = []string{"a", "b", "c"}
	}
	p, err := check.Compile([]check.Check{c})
	if err != nil {
		t.Fatal(err)
	}
	return p.Run(facts(t))[0]
}

func TestExpressions(t *testing.T) {
	for _, test := range []struct {
		that string
		done bool
		err  string
	}{
		{that: `ns == "here"`, done: true},
		{that: `deployments.web.status.readyReplicas == 1`, done: true},
		{that: `deployments.web.status.readyReplicas == 2`},
		{that: `"shop" in deployments`},
		{that: `deployments.shop.spec.replicas == 1`, err: "no such key: shop"},
		{that: `deployments.web.metadata.name`, err: "is not true or false"},
		{that: `endpoints == {"web": ["web-2-a"], "none": []}`, done: true},
		// Neither the pod that is going nor the init container that ends.
		{that: `containers.map(c, c.name) == ["web", "log", "web"]`, done: true},
		{that: `containers.filter(c, c.active).map(c, c.pod) == ["web-2-a", "web-2-a"]`, done: true},
		{that: `containers.all(c, c.workload == "deployment/web")`, done: true},
		{that: `containers.filter(c, c.sidecar).map(c, c.name) == ["log"]`, done: true},
		{that: `containers[2].restarts == 3 && containers[2].ready`, done: true},
		{that: `containers[2].env == {"S_MODE": "fast", "PLAIN": "1", "PASSWORD": "hunter2"}`, done: true},
		{that: `containers[2].files == {"/etc/web/MODE": "fast", "/one": "fast"}`, done: true},
		{that: `containers[2].started < timestamp("2026-01-01T00:00:00Z")`, done: true},
		{that: `secrets.db.data.password == "hunter2"`, done: true},
	} {
		r := run(t, check.Check{That: test.that})
		if r.Done != test.done {
			t.Errorf("%s: done %t, want %t (%v)", test.that, r.Done, test.done, r.Err)
		}
		if got := errorText(r.Err); test.err == "" && got != "" || !strings.Contains(got, test.err) {
			t.Errorf("%s: error %q, want %q", test.that, got, test.err)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestRequestsAndAccess(t *testing.T) {
	for _, test := range []struct {
		name  string
		check check.Check
		done  bool
	}{
		{"an answer", check.Check{Request: &good}, true},
		{"an error", check.Check{Request: &bad}, false},
		{"an error that is wanted", check.Check{Request: &bad, That: "answer.status == 503"}, true},
		{"the body", check.Check{Request: &good, That: `answer.body.image == "web:2.0"`}, true},
		{"a body that is no document", check.Check{Request: &bad, That: `answer.body.image == "web:2.0"`}, false},
		{"allowed", check.Check{Access: []check.Access{get}}, true},
		{"not all allowed", check.Check{Access: []check.Access{get, remove}}, false},
		{"not allowed, as wanted", check.Check{Access: []check.Access{remove}, That: "!allowed.exists(a, a)"}, true},
	} {
		if r := run(t, test.check); r.Done != test.done {
			t.Errorf("%s: done %t, want %t (%v)", test.name, r.Done, test.done, r.Err)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"plain", "plain"},
		{"${deployments.web.status.readyReplicas} of ${deployments.web.spec.replicas} pods", "1 of 2 pods"},
		{"labels ${services.web.spec.selector}", "labels app=web,tier=front"},
		{"pods ${endpoints.web}", "pods web-2-a"},
		{"none: ${endpoints.none}.", "none: ."},
		{"a map: ${ {'a': 'b'} }", "a map: a=b"},
		{"what is not there: ${deployments.shop.spec.replicas}", "what is not there: ?"},
		{"password ${secrets.db.data.password}, ${containers[2].env.PASSWORD}!", "password ***, ***!"},
		{"hunter2 is a word of the text", "hunter2 is a word of the text"},
	} {
		r := run(t, check.Check{That: "false", Missing: test.text, Hints: []string{"1", "2", test.text}})
		if got := r.Missing(); got != test.want {
			t.Errorf("missing: %q, want %q", got, test.want)
		}
		for level, want := range map[int]string{0: "1", 1: "1", 2: "2", 3: test.want, 9: test.want} {
			if got := r.Hint(level); got != want {
				t.Errorf("hint %d: %q, want %q", level, got, want)
			}
		}
	}
}

func TestWrongChecks(t *testing.T) {
	hints := []string{"a", "b", "c"}
	for _, test := range []struct {
		check check.Check
		want  string
	}{
		{check.Check{Missing: "y", That: "true", Hints: hints}, "want and missing"},
		{check.Check{Want: "x", That: "true", Hints: hints}, "want and missing"},
		{check.Check{Want: "x", Missing: "y", Hints: hints}, "one of that, request and access"},
		{check.Check{Want: "x", Missing: "y", That: "true", Hints: hints[:2]}, "2 hints: want 3"},
		{check.Check{Want: "x", Missing: "y", That: "1 +", Hints: hints}, "Syntax error"},
		{check.Check{Want: "x", Missing: "y", That: "1 + 1", Hints: hints}, "is int, not true or false"},
		{check.Check{Want: "x", Missing: "y", That: "nothing.web", Hints: hints}, "undeclared reference"},
		{check.Check{Want: "x", Missing: "${1", That: "true", Hints: hints}, "is not closed"},
		{check.Check{Want: "x", Missing: "y", That: "true", Hints: []string{"a", "b", "${1 +}"}}, "Syntax error"},
		{check.Check{Want: "x", Missing: "y", Request: &check.Request{To: "door", Name: "web"}, Hints: hints}, `request.to is "door"`},
		{check.Check{Want: "x", Missing: "y", Request: &check.Request{To: check.Service}, Hints: hints}, "request.name"},
		{check.Check{Want: "x", Missing: "y", Request: &good, Access: []check.Access{get}, Hints: hints}, "exclude each other"},
	} {
		_, err := check.Compile([]check.Check{test.check})
		if got := errorText(err); !strings.Contains(got, test.want) {
			t.Errorf("%+v: error %q, want %q", test.check, got, test.want)
		}
	}
}

func TestOrder(t *testing.T) {
	p, err := check.Compile([]check.Check{
		{Want: "a", Missing: "b", That: "true", Hints: []string{"1", "2", "3"}},
		{Want: "a", Missing: "b", That: "false", Hints: []string{"1", "2", "3"}},
		{Want: "a", Missing: "b", That: "false", Hints: []string{"1", "2", "3"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	results := p.Run(check.Facts{})
	if first, left := check.First(results), check.Left(results); first != 1 || left != 2 {
		t.Errorf("first %d, left %d", first, left)
	}
	if first := check.First(results[:1]); first != -1 {
		t.Errorf("all done: first %d", first)
	}
}
