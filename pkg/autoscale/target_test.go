package autoscale

import (
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

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
