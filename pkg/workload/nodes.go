package workload

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
	"k8s.io/klog/v2"
)

// daemonTolerations are added to the pods of a DaemonSet by its controller
// (AddOrUpdateDaemonPodTolerations in k8s.io/kubernetes/pkg/controller/daemon/util).
var daemonTolerations = []string{
	corev1.TaintNodeNotReady, corev1.TaintNodeUnreachable, corev1.TaintNodeDiskPressure,
	corev1.TaintNodeMemoryPressure, corev1.TaintNodePIDPressure, corev1.TaintNodeUnschedulable,
}

// NodesFor counts the nodes that a DaemonSet of this template wants a pod on
// (NodeShouldRunDaemonPod in k8s.io/kubernetes/pkg/controller/daemon).
func NodesFor(template *corev1.PodTemplateSpec, nodes []corev1.Node) (n int) {
	for i := range nodes {
		if runsOn(&template.Spec, &nodes[i]) {
			n++
		}
	}
	return n
}

func runsOn(spec *corev1.PodSpec, node *corev1.Node) bool {
	if spec.NodeName != "" && spec.NodeName != node.Name {
		return false
	}
	// A term that can't be read matches no node, as in the controller.
	fits, err := nodeaffinity.NewRequiredNodeAffinity(spec.NodeSelector, spec.Affinity).Match(node)
	if err != nil || !fits {
		return false
	}
	return !slices.ContainsFunc(node.Spec.Taints, func(taint corev1.Taint) bool {
		return taint.Effect != corev1.TaintEffectPreferNoSchedule && !tolerates(spec, &taint)
	})
}

func tolerates(spec *corev1.PodSpec, taint *corev1.Taint) bool {
	if slices.Contains(daemonTolerations, taint.Key) || spec.HostNetwork && taint.Key == corev1.TaintNodeNetworkUnavailable {
		return true
	}
	return slices.ContainsFunc(spec.Tolerations, func(t corev1.Toleration) bool {
		return t.ToleratesTaint(klog.Logger{}, taint, false)
	})
}

// SamePlacement tells whether two templates want the same nodes.
func SamePlacement(a, b *corev1.PodTemplateSpec) bool {
	return a.Spec.NodeName == b.Spec.NodeName && a.Spec.HostNetwork == b.Spec.HostNetwork &&
		equality.Semantic.DeepEqual(a.Spec.NodeSelector, b.Spec.NodeSelector) &&
		equality.Semantic.DeepEqual(a.Spec.Affinity, b.Spec.Affinity) &&
		equality.Semantic.DeepEqual(a.Spec.Tolerations, b.Spec.Tolerations)
}
