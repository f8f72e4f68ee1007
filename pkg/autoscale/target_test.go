package autoscale

import (
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

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
		if got := Scales(a, workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}); got != want {
			t.Errorf("%+v: %v", target, got)
		}
	}
}

func TestMaker(t *testing.T) {
	for _, test := range []struct {
		name         string
		owner        metav1.OwnerReference
		object, next string
	}{
		{"KEDA", metav1.OwnerReference{APIVersion: "keda.sh/v1alpha1", Kind: "ScaledObject", Name: "web", Controller: new(true)}, "scaledobject/web (KEDA)", "kubectl edit scaledobject web -n shop"},
		{"another controller", metav1.OwnerReference{APIVersion: "autoscaling.internal.knative.dev/v1alpha1", Kind: "PodAutoscaler", Name: "web-1", Controller: new(true)}, "podautoscaler/web-1", "kubectl describe podautoscaler/web-1 -n shop"},
		{"an owner that is no controller", metav1.OwnerReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}, "", ""},
	} {
		a := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", OwnerReferences: []metav1.OwnerReference{test.owner}}}
		if object, next := Maker(a); object != test.object || next != test.next {
			t.Errorf("%s: %s, %s", test.name, object, next)
		}
	}
}
