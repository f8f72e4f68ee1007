package cli

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Only what an earlier run of the same command has created, and what never worked, may be deleted when it fails.
func TestBegun(t *testing.T) {
	env := newEnv(strings.NewReader(""), io.Discard, io.Discard, func(string) string { return "" }, time.Now)
	c := &creating{
		transaction: &transaction{env: env, flags: &releaseFlags{}, command: []string{"create", "deployment", "web", "--image=web:1"}},
		app:         &podtemplate.App{Images: []string{"web:1"}},
	}
	type state struct {
		cause     string
		image     string
		revisions int
		serving   bool
		complete  bool
	}
	begun := state{cause: "kubectl app create deployment web --image=web:1", image: "web:1", revisions: 1}
	for name, test := range map[string]struct {
		change func(*state)
		want   bool
	}{
		"created by this command":  {func(*state) {}, true},
		"it serves":                {func(s *state) { s.serving = true }, false},
		"it was complete once":     {func(s *state) { s.complete = true }, false},
		"of another command":       {func(s *state) { s.cause = "kubectl app set image deployment/web web=web:1" }, false},
		"it has been changed":      {func(s *state) { s.image = "web:2" }, false},
		"it has a second revision": {func(s *state) { s.revisions = 2 }, false},
	} {
		s := begun
		test.change(&s)
		o := workload.NewDeployment("shop", "web", 1, map[string]string{"app": "web"})
		template, _, err := (&podtemplate.App{Images: []string{s.image}}).Plan(o.Ref(), o.Template())
		if err != nil {
			t.Fatal(err)
		}
		o.SetTemplate(&template)
		o.SetAnnotations(map[string]string{workload.AnnotationChangeCause: s.cause})
		w := o.Workload()
		if s.complete {
			w.Conditions = []workload.Condition{{Type: "Progressing", Status: "True", Reason: "NewReplicaSetAvailable"}}
		}
		now := cluster.Captured{Object: o, Revisions: make([]workload.Revision, s.revisions), Before: &rollout.Baseline{Workload: w, Serving: s.serving}}
		if got := c.begun(now); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
