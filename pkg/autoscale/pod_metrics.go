package autoscale

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// PodMetrics is the usage of a pod, as metrics.k8s.io/v1beta1 has it.
type PodMetrics struct {
	metav1.ObjectMeta `json:"metadata"`
	// The usage is that of the Window that ended at Timestamp.
	Timestamp  metav1.Time        `json:"timestamp"`
	Window     metav1.Duration    `json:"window"`
	Containers []ContainerMetrics `json:"containers"`
}

// ContainerMetrics is the usage of a container.
type ContainerMetrics struct {
	Name  string              `json:"name"`
	Usage corev1.ResourceList `json:"usage"`
}
