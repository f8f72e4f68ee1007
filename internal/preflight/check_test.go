package preflight

import (
	"errors"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// TestPlanChecks: what a plan finds wrong refuses the release, each fault once and with a way on.
func TestPlanChecks(t *testing.T) {
	web := workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	container := &rollout.UnknownContainerError{Workload: web, Container: "wbe", Candidates: []string{"web"}}
	image := &workload.ImageError{Image: "Web:2", Reason: "upper case"}
	for name, test := range map[string]struct {
		err  error
		want []string // "check object: next"
		not  bool
	}{
		"one fault":             {err: container, want: []string{"Container deployment/web: kubectl get deployment/web -n shop -o wide"}},
		"an image for several":  {err: errors.Join(image, errors.Join(image, container)), want: []string{"Image Web:2: ", "Container deployment/web: kubectl get deployment/web -n shop -o wide"}},
		"no history":            {err: &rollout.NoHistoryError{Workload: web}, want: []string{"Revision deployment/web: kubectl app rollout history deployment/web -n shop"}},
		"no such revision":      {err: &rollout.RevisionNotFoundError{Workload: web}, want: []string{"Revision deployment/web: kubectl app rollout history deployment/web -n shop"}},
		"none is good":          {err: &rollout.NoGoodRevisionError{Workload: web, Revision: 3, Unjudged: 1}, want: []string{"Revision deployment/web: kubectl app rollout history deployment/web -n shop; kubectl app rollout undo deployment/web -n shop --to-revision=1"}},
		"something else":        {err: errors.New("odd"), not: true},
		"something else beside": {err: errors.Join(container, errors.New("odd")), not: true},
	} {
		checks, ok := PlanChecks(test.err)
		var got []string
		for _, c := range checks {
			if c.Level != Refuse || c.Message == "" {
				t.Errorf("%s: %+v", name, c)
			}
			got = append(got, string(c.Check)+" "+c.Object+": "+strings.Join(c.Next, "; "))
		}
		if ok == test.not || strings.Join(got, "|") != strings.Join(test.want, "|") {
			t.Errorf("%s: %v %q", name, ok, got)
		}
	}
}

func TestOwnerWarning(t *testing.T) {
	web := workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	for name, test := range map[string]struct {
		owner      workload.Owner
		says, next string
	}{
		"Flux":                        {workload.Owner{Tool: workload.OwnerFlux, Kind: "Kustomization", Namespace: "flux-system", Name: "apps"}, "managed by Flux Kustomization apps: make this change there too, or the next reconciliation reverts it", "flux suspend kustomization apps -n flux-system"},
		"Flux, no name":               {workload.Owner{Tool: workload.OwnerFlux, Kind: "HelmRelease"}, "managed by Flux HelmRelease: make this change there too", ""},
		"Argo CD":                     {workload.Owner{Tool: workload.OwnerArgoCD, Kind: "Application", Name: "shop"}, "or the next sync (with self-heal: at once) reverts it", "argocd app diff shop"},
		"Helm":                        {workload.Owner{Tool: workload.OwnerHelm, Kind: "release", Namespace: "shop", Name: "shop"}, "or the next helm upgrade reverts it", "helm get values shop -n shop"},
		"an applier":                  {workload.Owner{Tool: workload.OwnerSSA, Name: "pipeline"}, `applied by "pipeline" (server-side)`, "kubectl get deployment/web -n shop -o yaml --show-managed-fields"},
		"kubectl apply":               {workload.Owner{Tool: workload.OwnerApply}, "deployment/web is managed by kubectl apply: update the manifest too, or the next apply reverts this", ""},
		"kubectl apply --server-side": {workload.Owner{Tool: workload.OwnerSSA, Name: "kubectl"}, "deployment/web is managed by kubectl apply:", ""},
	} {
		message, next := OwnerWarning(web, test.owner)
		if !strings.Contains(message, test.says) || !strings.HasPrefix(message, "deployment/web ") {
			t.Errorf("%s: %s", name, message)
		}
		if strings.Join(next[:min(1, len(next))], "") != test.next {
			t.Errorf("%s: %q", name, next)
		}
	}
}
