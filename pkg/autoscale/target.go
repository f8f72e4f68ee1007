package autoscale

import (
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Scales tells whether an autoscaler sets the replicas of a workload.
func Scales(a *autoscalingv2.HorizontalPodAutoscaler, ref workload.Ref) bool {
	target := a.Spec.ScaleTargetRef
	k := workload.KindNamed(target.Kind)
	group, _, grouped := strings.Cut(target.APIVersion, "/")
	if !grouped {
		group = ""
	}
	return k != nil && k.Kind == ref.Kind && target.Name == ref.Name && k.Group == group
}

// ScaledObject is the KEDA ScaledObject that has made an autoscaler, or "".
func ScaledObject(a *autoscalingv2.HorizontalPodAutoscaler) string {
	if maker := metav1.GetControllerOfNoCopy(a); maker != nil && maker.Kind == "ScaledObject" && strings.HasPrefix(maker.APIVersion, "keda.sh/") {
		return maker.Name
	}
	return ""
}
