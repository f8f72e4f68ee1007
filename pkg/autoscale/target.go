package autoscale

import (
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Scales tells whether an autoscaler sets the replicas of a workload.
func Scales(a *autoscalingv2.HorizontalPodAutoscaler, ref workload.Ref) bool {
	k := workload.KindNamed(ref.Kind)
	return k != nil && Targets(a, k.GroupKind(), ref.Name)
}

// Targets tells whether an autoscaler scales an object, whatever its kind.
func Targets(a *autoscalingv2.HorizontalPodAutoscaler, kind schema.GroupKind, name string) bool {
	target := a.Spec.ScaleTargetRef
	gv, err := schema.ParseGroupVersion(target.APIVersion)
	return err == nil && target.Name == name && target.Kind == kind.Kind && gv.Group == kind.Group
}

// ScalesWorkload tells whether an autoscaler scales a kind that this program changes.
func ScalesWorkload(a *autoscalingv2.HorizontalPodAutoscaler) bool {
	k := workload.KindNamed(a.Spec.ScaleTargetRef.Kind)
	return k != nil && k.Scalable() && Targets(a, k.GroupKind(), a.Spec.ScaleTargetRef.Name)
}

// Anew is an autoscaler as it was, to be created again.
func Anew(a *autoscalingv2.HorizontalPodAutoscaler) *autoscalingv2.HorizontalPodAutoscaler {
	anew := &autoscalingv2.HorizontalPodAutoscaler{TypeMeta: a.TypeMeta, Spec: *a.Spec.DeepCopy()}
	anew.Name, anew.Namespace, anew.Labels, anew.Annotations, anew.OwnerReferences = a.Name, a.Namespace, a.Labels, a.Annotations, a.OwnerReferences
	return anew
}

// Maker names the controller that has made an autoscaler, and sets back what is changed in it, with the command that shows how
// to change it there; "" if there is none.
func Maker(a *autoscalingv2.HorizontalPodAutoscaler) (object, next string) {
	maker := metav1.GetControllerOfNoCopy(a)
	if maker == nil {
		return "", ""
	}
	object = strings.ToLower(maker.Kind) + "/" + maker.Name
	if keda := ScaledObject(a); keda != "" {
		return object + " (KEDA)", "kubectl edit scaledobject " + keda + " -n " + a.Namespace
	}
	return object, "kubectl describe " + object + " -n " + a.Namespace
}

// ScaledObject is the KEDA ScaledObject that has made an autoscaler, or "".
func ScaledObject(a *autoscalingv2.HorizontalPodAutoscaler) string {
	if maker := metav1.GetControllerOfNoCopy(a); maker != nil && maker.Kind == "ScaledObject" && strings.HasPrefix(maker.APIVersion, "keda.sh/") {
		return maker.Name
	}
	return ""
}
