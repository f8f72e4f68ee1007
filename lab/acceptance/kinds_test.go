package acceptance

import (
	"context"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// standing is what the commands of the scripts read of a workload of any kind.
type standing struct {
	selector *metav1.LabelSelector
	replicas int32
	// spec is the object without its status, and without what writes of the status change.
	spec any
}

// read takes statefulset/NAME, daemonset/NAME, or the name of a Deployment.
func (s *story) read(ctx context.Context, name string) (standing, error) {
	apps := s.client.AppsV1()
	kind, rest, named := strings.Cut(name, "/")
	if !named {
		kind, rest = "deployment", name
	}
	switch kind {
	case "deployment":
		d, err := apps.Deployments(s.namespace).Get(ctx, rest, metav1.GetOptions{})
		if err != nil {
			return standing{}, err
		}
		d.Status, d.ResourceVersion, d.ManagedFields = appsv1.DeploymentStatus{}, "", nil
		return standing{d.Spec.Selector, *d.Spec.Replicas, d}, nil
	case "statefulset":
		set, err := apps.StatefulSets(s.namespace).Get(ctx, rest, metav1.GetOptions{})
		if err != nil {
			return standing{}, err
		}
		set.Status, set.ResourceVersion, set.ManagedFields = appsv1.StatefulSetStatus{}, "", nil
		return standing{set.Spec.Selector, *set.Spec.Replicas, set}, nil
	case "daemonset":
		set, err := apps.DaemonSets(s.namespace).Get(ctx, rest, metav1.GetOptions{})
		if err != nil {
			return standing{}, err
		}
		nodes := set.Status.DesiredNumberScheduled
		set.Status, set.ResourceVersion, set.ManagedFields = appsv1.DaemonSetStatus{}, "", nil
		return standing{set.Spec.Selector, nodes, set}, nil
	}
	return standing{}, fmt.Errorf("%s: no kind of the scripts' commands", kind)
}
