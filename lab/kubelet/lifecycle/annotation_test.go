package lifecycle

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestUsageIsSharedOut(t *testing.T) {
	pod := podOf("web:1.0", func(pod *corev1.Pod) {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "side", Image: "side:1"})
		pod.Annotations = map[string]string{AnnotationCPU: "200m", AnnotationMemory + ".side": "1Gi"}
	})
	web, side := usageOf(pod, &pod.Spec.Containers[0]), usageOf(pod, &pod.Spec.Containers[1])
	if web.CPU.MilliValue() != 100 || side.CPU.MilliValue() != 100 || side.Memory.Value() != 1<<30 {
		t.Errorf("%v %v", web, side)
	}
}
