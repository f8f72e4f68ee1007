package preflight

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// What an autoscaler with a minimum and a maximum makes of a change from one number to another.
func TestAutoscalerCheck(t *testing.T) {
	patch := func(bounds string) string {
		return "kubectl patch horizontalpodautoscaler/web -n shop --type=merge -p '{\"spec\":{" + bounds + "}}'"
	}
	takeOver := func(n string) string {
		return "kubectl app scale deployment/web -n shop --replicas=" + n + " --take-over"
	}
	for name, test := range map[string]struct {
		least, most, now, wanted int32
		keda, paused             bool
		edit                     cluster.Edit
		level                    Level
		says                     string
		next                     []string
		takesOver                bool
	}{
		"more than its maximum": {
			least: 2, most: 6, now: 3, wanted: 8, level: Refuse,
			says: "horizontalpodautoscaler/web sets the replicas of deployment/web between 2 and 6: it would change 8 again",
			next: []string{patch(`"minReplicas":8,"maxReplicas":8`), takeOver("8")},
		},
		"more, within its bounds": {least: 2, most: 6, now: 3, wanted: 5, level: Refuse, says: "would change 5", next: []string{patch(`"minReplicas":5,"maxReplicas":6`), takeOver("5")}},
		"fewer":                   {least: 2, most: 6, now: 5, wanted: 3, level: Refuse, says: "would change 3", next: []string{patch(`"minReplicas":2,"maxReplicas":3`), takeOver("3")}},
		"fewer than its minimum":  {least: 2, most: 6, now: 5, wanted: 1, level: Refuse, says: "would change 1", next: []string{patch(`"minReplicas":1,"maxReplicas":1`), takeOver("1")}},
		"to 0":                    {least: 2, most: 6, now: 5, wanted: 0, level: Warn, says: "does nothing while deployment/web has 0 replicas"},
		"from 0":                  {least: 2, most: 6, now: 0, wanted: 3, level: Warn, says: "acts again from now on", takesOver: true},
		"from 0, out of bounds":   {least: 2, most: 6, now: 0, wanted: 9, level: Refuse, says: "would change 9", next: []string{patch(`"minReplicas":9,"maxReplicas":9`), takeOver("9")}},
		"restored, out of bounds": {least: 5, most: 6, now: 0, wanted: 3, edit: cluster.Edit{Autoscaled: true}, level: Warn, says: "acts again from now on", takesOver: true},
		"to 0, its minimum is 0":  {least: 0, most: 6, now: 5, wanted: 0, level: Refuse, says: "would change 0", next: []string{takeOver("0")}},
		"taken over":              {least: 2, most: 6, now: 3, wanted: 5, edit: cluster.Edit{TakenOver: true}},
		"paused":                  {least: 2, most: 6, now: 3, wanted: 5, paused: true},
		"paused, out of bounds":   {least: 2, most: 6, now: 3, wanted: 8, paused: true, level: Refuse, says: "would change 8", next: []string{patch(`"minReplicas":8,"maxReplicas":8`), takeOver("8")}},
		"of KEDA": {
			least: 2, most: 6, now: 3, wanted: 5, keda: true, level: Refuse, says: "scaledobject/orders (KEDA) sets the replicas of deployment/web",
			next: []string{"kubectl annotate scaledobject orders -n shop autoscaling.keda.sh/paused-replicas=5 --overwrite", "kubectl edit scaledobject orders -n shop"},
		},
		"of KEDA, to 0": {
			least: 2, most: 6, now: 3, wanted: 0, keda: true, level: Refuse, says: "it would change 0 again",
			next: []string{"kubectl annotate scaledobject orders -n shop autoscaling.keda.sh/paused-replicas=0 --overwrite", "kubectl edit scaledobject orders -n shop"},
		},
		"of KEDA, restored": {least: 2, most: 6, now: 0, wanted: 3, keda: true, edit: cluster.Edit{Autoscaled: true}, level: Warn, says: "acts again from now on", takesOver: true},
	} {
		a := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Name: "web"}}
		a.Spec.MinReplicas, a.Spec.MaxReplicas = &test.least, test.most
		if test.keda {
			a.OwnerReferences = []metav1.OwnerReference{{APIVersion: "keda.sh/v1alpha1", Kind: "ScaledObject", Name: "orders", Controller: new(true)}}
		}
		if test.paused {
			off := &autoscalingv2.HPAScalingRules{SelectPolicy: new(autoscalingv2.DisabledPolicySelect)}
			a.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: off, ScaleDown: off}
		}
		d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}, Spec: appsv1.DeploymentSpec{Replicas: &test.now}}
		change := cluster.Change{Captured: cluster.Captured{Object: cluster.Object{API: d, Kind: workload.KindNamed("Deployment")}}, Edit: test.edit}
		change.Edit.Replicas = &test.wanted
		check, takesOver := autoscalerCheck(change, a)
		if test.says == "" {
			if check.Message != "" {
				t.Errorf("%s: %q", name, check.Message)
			}
			continue
		}
		if check.Level != test.level || takesOver != test.takesOver || !strings.Contains(check.Message, test.says) {
			t.Errorf("%s: %s %q, takes over %v", name, check.Level, check.Message, takesOver)
		}
		if strings.Join(check.Next, "\n") != strings.Join(test.next, "\n") {
			t.Errorf("%s: next\n%s, want\n%s", name, strings.Join(check.Next, "\n"), strings.Join(test.next, "\n"))
		}
	}
}
