package preflight

import (
	"strings"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// What an autoscaler with a minimum and a maximum makes of a change from one number to another.
func TestAutoscalerCheck(t *testing.T) {
	web := workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	patch := func(bounds string) string {
		return "kubectl patch horizontalpodautoscaler/web -n shop --type=merge -p '{\"spec\":{" + bounds + "}}'"
	}
	for name, test := range map[string]struct {
		least, most, now, wanted int32
		keda                     bool
		level                    Level
		says                     string
		next                     []string
		takesOver                bool
	}{
		"more than its maximum": {
			least: 2, most: 6, now: 3, wanted: 8, level: Refuse,
			says: "horizontalpodautoscaler/web sets the replicas of deployment/web between 2 and 6: it would change 8 again",
			next: []string{patch(`"minReplicas":8,"maxReplicas":8`)},
		},
		"more, within its bounds": {
			least: 2, most: 6, now: 3, wanted: 5, level: Refuse,
			next: []string{patch(`"minReplicas":5,"maxReplicas":6`), patch(`"minReplicas":5,"maxReplicas":5`)},
		},
		"fewer": {
			least: 2, most: 6, now: 5, wanted: 3, level: Refuse,
			next: []string{patch(`"minReplicas":2,"maxReplicas":3`), patch(`"minReplicas":3,"maxReplicas":3`)},
		},
		"fewer than its minimum": {least: 2, most: 6, now: 5, wanted: 1, level: Refuse, next: []string{patch(`"minReplicas":1,"maxReplicas":1`)}},
		"to 0":                   {least: 2, most: 6, now: 5, wanted: 0, level: Warn, says: "does nothing while deployment/web has 0 replicas"},
		"from 0":                 {least: 2, most: 6, now: 0, wanted: 3, level: Warn, says: "acts again from now on", takesOver: true},
		"from 0, out of bounds":  {least: 2, most: 6, now: 0, wanted: 9, level: Refuse, next: []string{patch(`"minReplicas":9,"maxReplicas":9`)}},
		"to 0, its minimum is 0": {least: 0, most: 6, now: 5, wanted: 0, level: Refuse, next: []string{"kubectl describe horizontalpodautoscaler/web -n shop"}},
		"of KEDA": {
			least: 2, most: 6, now: 3, wanted: 5, keda: true, level: Refuse, says: "scaledobject/orders (KEDA) sets the replicas of deployment/web",
			next: []string{"kubectl annotate scaledobject orders -n shop autoscaling.keda.sh/paused-replicas=5 --overwrite", "kubectl edit scaledobject orders -n shop"},
		},
	} {
		a := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Name: "web"}}
		a.Spec.MinReplicas, a.Spec.MaxReplicas = &test.least, test.most
		if test.keda {
			a.OwnerReferences = []metav1.OwnerReference{{APIVersion: "keda.sh/v1alpha1", Kind: "ScaledObject", Name: "orders", Controller: new(true)}}
		}
		check, takesOver := autoscalerCheck(web, test.now, test.wanted, a)
		if check.Level != test.level || takesOver != test.takesOver || !strings.Contains(check.Message, test.says) {
			t.Errorf("%s: %s %q, takes over %v", name, check.Level, check.Message, takesOver)
		}
		if strings.Join(check.Next, "\n") != strings.Join(test.next, "\n") {
			t.Errorf("%s: next\n%s, want\n%s", name, strings.Join(check.Next, "\n"), strings.Join(test.next, "\n"))
		}
	}
}

func TestScales(t *testing.T) {
	for target, want := range map[autoscalingv2.CrossVersionObjectReference]bool{
		{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}:                true,
		{APIVersion: "apps/v1", Kind: "Deployment", Name: "db"}:                 false,
		{APIVersion: "apps/v1", Kind: "StatefulSet", Name: "web"}:               false,
		{APIVersion: "argoproj.io/v1alpha1", Kind: "Rollout", Name: "web"}:      false,
		{APIVersion: "apps.example.com/v1", Kind: "Deployment", Name: "web"}:    false,
		{APIVersion: "extensions/v1beta1", Kind: "ReplicaController", Name: ""}: false,
	} {
		a := &autoscalingv2.HorizontalPodAutoscaler{}
		a.Spec.ScaleTargetRef = target
		if got := scales(a, workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}); got != want {
			t.Errorf("%+v: %v", target, got)
		}
	}
}
