package workload

import (
	"fmt"
	"slices"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

func deployment(t *testing.T, text string) *appsv1.Deployment {
	t.Helper()
	var d appsv1.Deployment
	if err := yaml.UnmarshalStrict([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return &d
}

func replicaSet(t *testing.T, text string) *appsv1.ReplicaSet {
	t.Helper()
	var rs appsv1.ReplicaSet
	if err := yaml.UnmarshalStrict([]byte(text), &rs); err != nil {
		t.Fatal(err)
	}
	return &rs
}

func read(o API) *Workload {
	found, _ := ObjectOf(o)
	return found.Workload()
}

func TestReadsDeployments(t *testing.T) {
	w := read(deployment(t, `
metadata: {name: web, namespace: shop, uid: u, generation: 7, resourceVersion: "42"}
spec:
  replicas: 4
  paused: true
  minReadySeconds: 5
  progressDeadlineSeconds: 60
  template: {spec: {initContainers: [{name: migrate, image: "db:1"}], containers: [{name: web, image: "web:1"}]}}
status:
  observedGeneration: 6
  replicas: 5
  updatedReplicas: 2
  readyReplicas: 4
  availableReplicas: 3
  terminatingReplicas: 1
  conditions: [{type: Available, status: "True", reason: Enough, lastUpdateTime: "2026-05-04T03:02:01Z"}]
`))
	if w.String() != "deployment/web" || w.Namespace != "shop" || w.Generation != 7 || w.ObservedGeneration != 6 || w.ResourceVersion != "42" || !w.Paused {
		t.Errorf("workload: %+v", w)
	}
	if got := fmt.Sprint(w.Desired, w.Total, w.Updated, w.Ready, w.Available, w.Terminating); got != "4 5 2 4 3 1" {
		t.Errorf("counts: %s", got)
	}
	if c := w.Condition("Available"); c == nil || c.Reason != "Enough" || c.LastUpdate.IsZero() || w.Condition("Progressing") != nil {
		t.Errorf("condition: %+v", c)
	}
	if images := Images(&w.Template); images["web"] != "web:1" || images["migrate"] != "db:1" {
		t.Errorf("images: %v", images)
	}
	if w.Strategy.MinReady != 5*time.Second || w.Strategy.ProgressDeadline != time.Minute {
		t.Errorf("strategy: %+v", w.Strategy)
	}
}

// TestStrategy: percentages are resolved as the deployment controller does.
func TestStrategy(t *testing.T) {
	for name, test := range map[string]struct {
		spec               string
		surge, unavailable int32
	}{
		"the default of 4":              {`replicas: 4`, 1, 1},
		"the default of 1":              {`replicas: 1`, 1, 0},
		"the default of none given":     {``, 1, 0},
		"surge up, unavailable down":    {`{replicas: 10, strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}}`, 3, 2},
		"numbers":                       {`{replicas: 10, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 4}}}`, 0, 4},
		"never both 0":                  {`{replicas: 3, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 10%}}}`, 0, 1},
		"no more than there are":        {`{replicas: 2, strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 5}}}`, 1, 2},
		"Recreate: all of them at once": {`{replicas: 3, strategy: {type: Recreate}}`, 0, 3},
	} {
		s := read(deployment(t, "spec: "+orEmpty(test.spec))).Strategy
		if s.MaxSurge != test.surge || s.MaxUnavailable != test.unavailable || s.Recreate != (name[:3] == "Rec") {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if s := read(deployment(t, `spec: {progressDeadlineSeconds: 2147483647}`)).Strategy; s.ProgressDeadline != 0 {
		t.Errorf("no deadline: %v", s.ProgressDeadline)
	}
}

func orEmpty(s string) string {
	if s == "" || s[0] == '{' {
		return s
	}
	return "{" + s + "}"
}

func TestRevisions(t *testing.T) {
	w := read(deployment(t, `{metadata: {name: web, uid: u}, spec: {template: {spec: {containers: [{name: web, image: "web:2"}]}}}}`))
	set := func(name, owner, number, image, created string) *appsv1.ReplicaSet {
		return replicaSet(t, fmt.Sprintf(`
metadata:
  name: %s
  uid: %s
  creationTimestamp: %q
  labels: {pod-template-hash: h-%s}
  annotations: {deployment.kubernetes.io/revision: %q}
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: %s, controller: true}]
spec: {replicas: 2, template: {metadata: {labels: {pod-template-hash: h-%s}}, spec: {containers: [{name: web, image: %q}]}}}
status: {replicas: 2, availableReplicas: 1}
`, name, name, created, name, number, owner, name, image))
	}
	sets := []API{
		set("c", "u", "12", "web:2", "2026-05-04T00:00:03Z"),
		set("a", "u", "9", "web:1", "2026-05-04T00:00:01Z"),
		set("other", "someone", "10", "web:2", "2026-05-04T00:00:00Z"),
		set("unnumbered", "u", "x", "web:3", "2026-05-04T00:00:04Z"),
	}
	revisions := ReadRevisions(w, sets)
	var names []string
	for _, r := range revisions {
		names = append(names, fmt.Sprint(r.Name, r.Number, r.Desired, r.Available, r.Hash))
	}
	if want := []string{"unnumbered0 2 1h-unnumbered", "a9 2 1h-a", "c12 2 1h-c"}; !slices.Equal(names, want) {
		t.Errorf("revisions: %q", names)
	}
	if current := Current(w, revisions); current == nil || current.Name != "c" {
		t.Errorf("current: %+v", current)
	}
	twin := ReadRevisions(w, append(sets, set("twin", "u", "13", "web:2", "2026-05-04T00:00:02Z")))
	if current := Current(w, twin); current.Name != "twin" {
		t.Errorf("of two that are equal the oldest counts, not %s", current.Name)
	}
	w.Template.Spec.Containers[0].Image = "web:4"
	if current := Current(w, revisions); current != nil {
		t.Errorf("a template without a revision has %s", current.Name)
	}
}

func TestReplicaFailure(t *testing.T) {
	w := read(deployment(t, `metadata: {uid: u}`))
	rs := replicaSet(t, `
metadata: {ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true}]}
status: {conditions: [{type: ReplicaFailure, status: "True", reason: FailedCreate, message: exceeded quota}]}
`)
	failure := ReadRevisions(w, []API{rs})[0].Failure
	if failure == nil || failure.Reason != "FailedCreate" || failure.Message != "exceeded quota" {
		t.Errorf("failure: %+v", failure)
	}
	rs.Status.Conditions[0].Status = corev1.ConditionFalse
	if failure := ReadRevisions(w, []API{rs})[0].Failure; failure != nil {
		t.Errorf("a failure that is over: %+v", failure)
	}
}
