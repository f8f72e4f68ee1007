package release

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func writtenWeb(before *rollout.Baseline) cluster.Written {
	var w cluster.Written
	w.Object, _ = workload.ObjectOf(&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}})
	w.Before = before
	return w
}

func TestRollbackMessage(t *testing.T) {
	type images = map[string]string
	for name, test := range map[string]struct {
		revision int64
		from, to images
		want     string
	}{
		"the image that was replaced": {
			3,
			images{"web": "web:1", "log": "log:1"},
			images{"web": "web:2", "log": "log:1"},
			"rolling back to revision 3 (web:1): it was serving before this change",
		},
		"the same one in two containers": {
			3,
			images{"web": "shop:1", "worker": "shop:1"},
			images{"web": "shop:2", "worker": "shop:2"},
			"rolling back to revision 3 (shop:1): it was serving before this change",
		},
		"several": {
			3,
			images{"web": "web:1", "log": "log:1"},
			images{"web": "web:2", "log": "log:2"},
			"rolling back to revision 3: it was serving before this change",
		},
		"none": {
			3,
			images{"web": "web:1"},
			images{"web": "web:1"},
			"rolling back to revision 3: it was serving before this change",
		},
		"what came is not known": {
			3,
			images{"web": "web:1"},
			nil,
			"rolling back to revision 3: it was serving before this change",
		},
		"the revision is not known": {
			0,
			images{"web": "web:1"},
			images{"web": "web:2"},
			"rolling back to what was serving before this change",
		},
	} {
		release := &rollout.State{Workloads: []rollout.WorkloadState{
			{Target: rollout.Target{Ref: apiRef}, RevisionFrom: 9},
			{Target: rollout.Target{Ref: webRef}, RevisionFrom: test.revision, ImagesFrom: test.from, ImagesTo: test.to},
		}}
		events := rollout.RollbackEvents(release, []workload.Ref{webRef}, noon)
		if got := events[0].Message; got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// What was not serving before must not come back; of what was scaled to 0 nothing can.
func TestWorthRestoring(t *testing.T) {
	for name, test := range map[string]struct {
		before *rollout.Baseline
		want   bool
	}{
		"it was serving":         {&rollout.Baseline{Workload: &workload.Workload{Desired: 3}, Serving: true}, true},
		"it was broken":          {&rollout.Baseline{Workload: &workload.Workload{Desired: 3}}, false},
		"it was scaled to 0":     {&rollout.Baseline{Workload: &workload.Workload{}}, true},
		"what was, is not known": {nil, false},
	} {
		if got := worthRestoring(writtenWeb(test.before)); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
