package release

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// claimStore notes what is done with claims.
type claimStore struct{ *world }

func (s claimStore) CreateClaim(_ context.Context, c *corev1.PersistentVolumeClaim, _ cluster.WriteOptions) (*corev1.PersistentVolumeClaim, error) {
	return c, s.call("create", c.Name)
}

func (s claimStore) DeleteUnusedClaim(_ context.Context, c *corev1.PersistentVolumeClaim, _ cluster.WriteOptions) error {
	return s.call("delete", c.Name)
}

// A claim is created before the workload is written. It goes back with it, last of all, and only if it can hold no data.
func TestClaimChange(t *testing.T) {
	web := workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	ref := workload.Ref{Kind: "PersistentVolumeClaim", Namespace: "shop", Name: "disk"}
	forbidden := &cluster.Error{Reason: cluster.Forbidden, Message: "no permission to create persistentvolumeclaims"}
	holdsData := &cluster.SupersededError{Workload: ref, What: "it has a volume, and may hold data"}
	for name, test := range map[string]struct {
		tag    string
		exists bool
		fails  map[string]error
		keep   bool

		outcome rollout.Outcome
		state   rollout.ConfigState
		calls   string
		warns   string
	}{
		"it is good": {
			tag: "2.0", outcome: rollout.Succeeded, state: rollout.ConfigChanged,
			calls: "preflight web, watch 1, create disk, apply web, verdict web-2 good",
		},
		"it is there": {
			tag: "missing", exists: true, outcome: rollout.RolledBack, state: rollout.ConfigUnchanged,
			calls: "preflight web, watch 1, apply web, verdict web-2 failed, restore web, verdict web-1 good",
		},
		"it fails": {
			tag: "missing", outcome: rollout.RolledBack, state: rollout.ConfigRestored,
			calls: "preflight web, watch 1, create disk, apply web, verdict web-2 failed, restore web, verdict web-1 good, delete disk",
		},
		"it fails, and there may be data": {
			tag: "missing", fails: map[string]error{"delete disk": holdsData}, outcome: rollout.RolledBack, state: rollout.ConfigChanged,
			calls: "preflight web, watch 1, create disk, apply web, verdict web-2 failed, restore web, verdict web-1 good, delete disk",
			warns: "persistentvolumeclaim/disk is kept: it has a volume, and may hold data; to delete it: kubectl delete persistentvolumeclaim/disk -n shop",
		},
		"it fails, and the workload is not brought back": {
			tag: "missing", fails: map[string]error{"restore web": forbidden}, outcome: rollout.RollbackFailed, state: rollout.ConfigChanged,
			calls: "preflight web, watch 1, create disk, apply web, verdict web-2 failed, restore web",
			warns: "persistentvolumeclaim/disk is kept: not all workloads are known to be as they were; to delete it: kubectl delete persistentvolumeclaim/disk -n shop",
		},
		"it fails, and is kept": {
			tag: "missing", keep: true, outcome: rollout.Failed, state: rollout.ConfigChanged,
			calls: "preflight web, watch 1, create disk, apply web, verdict web-2 failed",
		},
		"no permission for the claim": {
			tag: "2.0", fails: map[string]error{"create disk": forbidden}, outcome: rollout.Refused, state: rollout.ConfigPlanned,
			calls: "preflight web, watch 1, create disk",
		},
		"the workload can't be written": {
			tag: "2.0", fails: map[string]error{"apply web": forbidden}, outcome: rollout.Undecided, state: rollout.ConfigRestored,
			calls: "preflight web, watch 1, create disk, apply web, delete disk",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := try(t, newWorld("web:1.0"))
				if test.keep {
					a.OnFailure = Keep
				}
				for call, err := range test.fails {
					a.world.fail(call, err)
				}
				a.Before(&ClaimChange{
					Store: claimStore{a.world}, Exists: test.exists, Of: []workload.Ref{web}, Print: func(*corev1.PersistentVolumeClaim) {},
					Claim: &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "disk"}},
				})
				result, err := a.setImage(test.tag, "web")
				if result == nil {
					t.Fatal(err)
				}
				if result.Outcome != test.outcome || len(result.Claims) != 1 || result.Claims[0].State != test.state {
					t.Errorf("%s, %+v, %v", result.Outcome, result.Claims, err)
				}
				if calls := strings.Join(a.world.calls, ", "); calls != test.calls {
					t.Errorf("calls\n%s, want\n%s", calls, test.calls)
				}
				if warned := strings.Join(result.Warnings, "; "); warned != test.warns {
					t.Errorf("warnings %q, want %q", warned, test.warns)
				}
			})
		})
	}
}
