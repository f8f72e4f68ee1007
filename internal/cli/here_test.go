package cli

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

func TestHere(t *testing.T) {
	env := newEnv(strings.NewReader(""), &strings.Builder{}, &strings.Builder{}, func(string) string { return "" }, time.Now)
	next := []string{"kubectl app rollout undo deployment/web -n shop", "kubectl config get-contexts", "create the Secret"}
	if got := env.here(next); !slices.Equal(got, next) {
		t.Errorf("without flags: %q", got)
	}
	context, user := "prod", "alice"
	env.Flags.Context, env.Flags.Impersonate = &context, &user
	want := []string{"kubectl app rollout undo deployment/web -n shop --context=prod --as=alice", "kubectl config get-contexts", "create the Secret"}
	if got := env.here(next); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	file := "/home/alice/my clusters"
	env.Flags.KubeConfig = &file
	if got := env.here(next[:1]); got[0] != next[0]+" --kubeconfig='/home/alice/my clusters' --context=prod --as=alice" {
		t.Errorf("got %q", got)
	}
	*env.Flags.KubeConfig = ""
	found := []diagnosis.Finding{{Next: next}}
	r := rollout.Result{Next: next, Workloads: []rollout.WorkloadResult{{Findings: found, Rollback: &rollout.RollbackResult{Findings: found}}}}
	env.hereResult(&r)
	for _, got := range [][]string{r.Next, r.Workloads[0].Findings[0].Next, r.Workloads[0].Rollback.Findings[0].Next} {
		if !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
	}
	if !slices.Equal(found[0].Next, next) {
		t.Error("the engine's finding was changed")
	}
}
