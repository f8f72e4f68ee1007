package release

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// An autoscaler is paused before the number is written, and resumed where nothing comes of it.
func TestScaleWithAutoscaler(t *testing.T) {
	forbidden := &cluster.Error{Reason: cluster.Forbidden, Message: "no permission to patch horizontalpodautoscaler/web"}
	changed := &cluster.SupersededError{Workload: workload.Ref{Kind: "HorizontalPodAutoscaler", Namespace: "shop", Name: "web"}, What: "its spec was changed"}
	for name, test := range map[string]struct {
		world     string
		onFailure Action
		fails     map[string]error
		outcome   rollout.Outcome
		state     rollout.ConfigState
		calls     string
		replicas  int32
	}{
		"it is ready": {outcome: rollout.Succeeded, state: rollout.ConfigChanged, calls: "preflight web, watch 1, pause hpa, apply web", replicas: 5},
		"no permission for the autoscaler": {
			fails: map[string]error{"pause hpa": forbidden}, outcome: rollout.Refused, state: rollout.ConfigPlanned, calls: "preflight web, watch 1, pause hpa", replicas: 3,
		},
		"someone else has changed the autoscaler": {
			fails: map[string]error{"pause hpa": changed}, outcome: rollout.Refused, state: rollout.ConfigPlanned, calls: "preflight web, watch 1, pause hpa", replicas: 3,
		},
		"the number can't be written": {
			fails: map[string]error{"apply web": errNever}, outcome: rollout.RolledBack, state: rollout.ConfigRestored,
			calls: "preflight web, watch 1, pause hpa, apply web, resume hpa, restore web", replicas: 3,
		},
		"the pods fail, and it stays": {
			world: "web:missing", onFailure: Keep, outcome: rollout.Failed, state: rollout.ConfigChanged, calls: "preflight web, watch 1, pause hpa, apply web", replicas: 5,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if test.world == "" {
					test.world = "web:1"
				}
				a := try(t, newWorld(test.world))
				a.OnFailure = test.onFailure
				for call, err := range test.fails {
					a.world.fail(call, err)
				}
				a.Before(&AutoscalerChange{
					Ref: changed.Workload, Of: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}, Done: "paused",
					Send:  func(context.Context) error { return a.world.call("pause", "hpa") },
					Back:  func(context.Context) error { return a.world.call("resume", "hpa") },
					Print: func(string) error { return nil },
				})
				result, err := a.scaleTo(5, "web")
				if result == nil {
					t.Fatal(err)
				}
				if result.Outcome != test.outcome || len(result.Autoscalers) != 1 || result.Autoscalers[0].State != test.state {
					t.Errorf("%s, %+v, %v", result.Outcome, result.Autoscalers, err)
				}
				if calls := strings.Join(a.world.calls, ", "); calls != test.calls {
					t.Errorf("calls %s, want %s", calls, test.calls)
				}
				if left := a.world.replicas()[0]; left != test.replicas {
					t.Errorf("%d replicas are left", left)
				}
			})
		})
	}
}
