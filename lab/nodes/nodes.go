// Package nodes makes the lab's nodes and lets kwok keep them Ready.
package nodes

import (
	"context"
	"fmt"
	"runtime"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/component-base/version"
)

// Options are the nodes to make.
type Options struct {
	Count int
	// Port is where the kubelet API of all nodes is served, on loopback.
	Port int
}

// Run makes the nodes that are missing and keeps all alive until ctx ends.
func Run(ctx context.Context, config *rest.Config, o Options) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("nodes: %w", err)
	}
	for i := range o.Count {
		_, err := client.CoreV1().Nodes().Create(ctx, newNode(fmt.Sprintf("lab-%d", i+1)), metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("nodes: %w", err)
		}
	}
	return keepAlive(ctx, client, o.Port)
}

// newNode is what a kubelet registers. The capacity is that of a large machine:
// enough for a class, and not so much that nothing ever is Unschedulable.
func newNode(name string) *corev1.Node {
	capacity := corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse("256"),
		corev1.ResourceMemory:           resource.MustParse("1Ti"),
		corev1.ResourceEphemeralStorage: resource.MustParse("1Ti"),
		corev1.ResourcePods:             resource.MustParse("10k"),
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: name,
			Labels: map[string]string{
				corev1.LabelHostname:   name,
				corev1.LabelOSStable:   "linux",
				corev1.LabelArchStable: runtime.GOARCH,
			},
			Annotations: map[string]string{
				// All nodes share one kubelet API: metrics-server asks each by its path.
				"metrics.k8s.io/resource-metrics-path": "/metrics/nodes/" + name + "/metrics/resource",
			},
		},
		Status: corev1.NodeStatus{
			Capacity:    capacity,
			Allocatable: capacity,
			Addresses: []corev1.NodeAddress{
				{Type: corev1.NodeInternalIP, Address: "127.0.0.1"},
				{Type: corev1.NodeHostName, Address: name},
			},
			NodeInfo: corev1.NodeSystemInfo{
				Architecture:            runtime.GOARCH,
				OperatingSystem:         "linux",
				OSImage:                 "kubectl app lab (pods are simulated)",
				KubeletVersion:          version.Get().GitVersion,
				ContainerRuntimeVersion: "simulated://1",
			},
		},
	}
}
