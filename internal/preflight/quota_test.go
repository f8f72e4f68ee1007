package preflight

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestFreedPods(t *testing.T) {
	for name, test := range map[string]struct {
		desired, total, unavailable int32
		recreate                    bool
		want                        int32
	}{
		"none may be unavailable": {desired: 3, total: 3},
		"one may":                 {desired: 3, total: 3, unavailable: 1, want: 1},
		"all go first":            {desired: 3, total: 3, unavailable: 3, recreate: true, want: 3},
		"what an unfinished rollout has put on top":    {desired: 3, total: 4, want: 1},
		"not all pods are there yet":                   {desired: 3, total: 2, unavailable: 1},
		"there are fewer pods than may be unavailable": {desired: 3, total: 1, unavailable: 3, want: 1},
	} {
		w := &workload.Workload{Desired: test.desired, Total: test.total, Strategy: workload.Strategy{MaxUnavailable: test.unavailable, Recreate: test.recreate}}
		if got := freedPods(w); got != test.want {
			t.Errorf("%s: %d", name, got)
		}
	}
}

// TestRoom: one workload after the other takes its part of what a quota has left.
func TestRoom(t *testing.T) {
	var quota corev1.ResourceQuota
	if err := yaml.Unmarshal([]byte(`{metadata: {name: q}, status: {hard: {pods: "8"}, used: {pods: "7"}}}`), &quota); err != nil {
		t.Fatal(err)
	}
	c := changeOf(t, webYAML)
	c.API.(*appsv1.Deployment).Status.Replicas = 3
	r := newRoom(cluster.Change{Captured: c.Captured, Edit: cluster.Edit{Template: *c.Template()}}, nil)
	quotas := []corev1.ResourceQuota{quota}
	left := quotas
	for i, want := range []Level{"", Warn, Warn} {
		var got Level
		if found := r.checks(quotas, left); len(found) > 0 {
			got = found[0].Level
		}
		if got != want {
			t.Errorf("workload %d: %q, want %q", i+1, got, want)
		}
		left = workload.Reserve(left, r.after, r.added)
	}
	quota.Status.Used = quota.Status.Hard
	if found := r.checks([]corev1.ResourceQuota{quota}, left); len(found) != 1 || found[0].Level != Refuse {
		t.Errorf("no room at all: %+v", found)
	}
}
