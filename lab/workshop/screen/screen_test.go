package screen_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
	"github.com/kubectl-app/kubectl-app/lab/workshop/screen"
)

// on returns what is written on a terminal of a width, without colours.
func on(width int, write func(*layout.Sheet)) string {
	var out bytes.Buffer
	s := layout.NewSheet(term.NewFakeOutput(&out, &term.Screen{Width: width, Height: 40}))
	s.Colors = term.Colors{}
	write(s)
	return strings.Join(s.Lines, "\n")
}

func results(t *testing.T) []check.Result {
	t.Helper()
	p, err := check.Compile([]check.Check{
		{Want: "The pods are ready", Missing: "x", That: "true", Hints: []string{"1", "2", "3"}},
		{Want: "x", Missing: "The Service shop finds ${1 + 1} of all the ready pods.", That: "false", Hints: []string{
			"Look at the labels.", "It looks for app=shop.", "Set the selector, so that it fits: kubectl set selector service/shop app=shop",
		}},
		{Want: "The Service answers", Missing: "It does not answer.", That: "false", Hints: []string{"1", "2", "3"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.Run(check.Facts{})
}

func TestChecks(t *testing.T) {
	all := results(t)
	for _, test := range []struct {
		name  string
		width int
		write func(*layout.Sheet)
		want  string
	}{
		{"checks", 80, func(s *layout.Sheet) { screen.Checks(s, all) }, "✓ The pods are ready\n✗ The Service shop finds 2 of all the ready pods.\n○ The Service answers"},
		{"narrow", 40, func(s *layout.Sheet) { screen.Checks(s, all) }, "✓ The pods are ready\n✗ The Service shop finds 2 of all the\n  ready pods.\n○ The Service answers"},
		{"left", 80, func(s *layout.Sheet) { screen.Verdict(s, all, nil) }, "2 of 3 are missing\n  next: kubectl app lab workshop hint"},
		{
			"done", 80, func(s *layout.Sheet) { screen.Verdict(s, all[:1], &exercise.Exercise{Number: 4}) },
			"Done. Compare with the solution, or go on:\n  next: kubectl app lab workshop solve\n        kubectl app lab workshop start 4",
		},
		{
			"a hint", 80, func(s *layout.Sheet) { screen.Hint(s, all[1], 2) },
			"✗ The Service shop finds 2 of all the ready pods.\n  hint 2 of 3: It looks for app=shop.\n  next: kubectl app lab workshop hint",
		},
		// A command stays on one line.
		{
			"the last hint", 40, func(s *layout.Sheet) { screen.Hint(s, all[1], 3) },
			"✗ The Service shop finds 2 of all the\n  ready pods.\n  hint 3 of 3: Set the selector, so\n  that it fits:\n    kubectl set selector service/shop app=shop\n" +
				"  next: kubectl app lab workshop solve",
		},
		{
			"text", 40, func(s *layout.Sheet) {
				screen.Markdown(s, "One line\nof text that is longer than the screen.\n\n- a point that is longer than the screen\n- two\n\n    kubectl get pods --all-namespaces --output=wide\n\nEnd.")
			},
			"One line of text that is longer than\nthe screen.\n\n- a point that is longer than the\n  screen\n- two\n\n  kubectl get pods --all-namespaces --output=wide\n\nEnd.",
		},
		{
			"a list", 80, func(s *layout.Sheet) {
				screen.List(s, []*exercise.Exercise{{ID: "01-a", Number: 1, Title: "First"}, {ID: "02-b", Number: 2, Title: "Second", NeedsLab: true}},
					map[string]screen.Progress{"01-a": screen.Done})
			},
			"NO   STATE    NEEDS   EXERCISE\n01   ✓ done           First\n02   -        lab     Second",
		},
	} {
		if got := on(test.width, test.write); got != test.want {
			t.Errorf("%s:\n%s\nwant:\n%s", test.name, got, test.want)
		}
	}
}

const cluster = `
pods:
- metadata: {name: web-b, creationTimestamp: "2026-01-01T00:00:00Z"}
  spec: {containers: [{name: web, image: "registry.example/web:2.0"}]}
  status: {phase: Running, containerStatuses: [{name: web, restartCount: 4, state: {waiting: {reason: CrashLoopBackOff}}}]}
- metadata: {name: web-a, creationTimestamp: "2026-01-01T00:00:00Z"}
  spec: {containers: [{name: web, image: "web:1.0"}]}
  status: {phase: Running, containerStatuses: [{name: web, ready: true, state: {running: {}}}]}
- metadata: {name: web-c, creationTimestamp: "2026-01-01T00:00:00Z", deletionTimestamp: "2026-01-01T00:00:10Z"}
  spec: {containers: [{name: web, image: "web:1.0"}]}
  status: {phase: Running}
services:
- {metadata: {name: web}, spec: {type: ClusterIP, selector: {app: web}}}
endpointslices:
- {metadata: {labels: {kubernetes.io/service-name: web}}, endpoints: [{targetRef: {name: web-a}}]}
horizontalpodautoscalers:
- {metadata: {name: web}, spec: {maxReplicas: 5}, status: {currentReplicas: 2, desiredReplicas: 3}}
`

func TestLive(t *testing.T) {
	var objects map[string][]map[string]any
	if err := yaml.Unmarshal([]byte(cluster), &objects); err != nil {
		t.Fatal(err)
	}
	f := check.Facts{Objects: map[string][]unstructured.Unstructured{}}
	for resource, list := range objects {
		for _, o := range list {
			f.Objects[resource] = append(f.Objects[resource], unstructured.Unstructured{Object: o})
		}
	}
	now := time.Date(2026, 1, 1, 0, 0, 20, 0, time.UTC)
	live := func(s *layout.Sheet) { screen.Live(s, f, now) }
	const wide = `POD     READY   STATUS             RESTARTS   AGE   IMAGE
web-a   1/1     Running            0          20s   web:1.0
web-b   0/1     CrashLoopBackOff   4          20s   web:2.0
web-c   0/1     Terminating        0          20s   web:1.0

SERVICE   TYPE        SELECTOR   READY
web       ClusterIP   app=web    1

autoscaler web: 2 replicas now, 3 wanted, between 1 and 5`
	if got := on(80, live); got != wide {
		t.Errorf("%s\nwant:\n%s", got, wide)
	}
	narrow := on(40, live)
	if strings.Contains(narrow, "RESTARTS") || !strings.Contains(narrow, "web-b   0/1     CrashLoopBackOff") {
		t.Errorf("on 40 columns:\n%s", narrow)
	}
	for line := range strings.Lines(narrow) {
		if term.Width(strings.TrimSuffix(line, "\n")) > 40 {
			t.Errorf("too wide: %s", line)
		}
	}
}
