package autoscale

import (
	"slices"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// MissingRequest are containers without the request of a resource that a metric is a percentage of.
type MissingRequest struct {
	Resource   corev1.ResourceName
	Containers []string
	// All: it is all of the containers.
	All bool
	// Unknown: the metric names a container that the pods do not have.
	Unknown bool
}

// MissingRequests are what the pods of a template lack for metrics. The request of the whole pod is enough for a metric of the
// whole pod. ranges are the LimitRanges of the namespace, which give requests to containers without any; a limit is a request, too.
// Source: calculateRequests in k8s.io/kubernetes/pkg/controller/podautoscaler/replica_calculator.go.
func MissingRequests(template *corev1.PodTemplateSpec, metrics []autoscalingv2.MetricSpec, ranges []corev1.LimitRange) (missing []MissingRequest) {
	pod := workload.WithDefaults(&template.Spec, ranges)
	containers := counted(pod)
	for _, m := range metrics {
		name, container := resourceOf(m)
		switch {
		case name == "":
			continue
		case container != "" && !slices.ContainsFunc(containers, func(c corev1.Container) bool { return c.Name == container }):
			missing = append(missing, MissingRequest{Resource: name, Containers: []string{container}, Unknown: true})
			continue
		case TargetOf(m).AverageUtilization == nil || container == "" && podLevel(pod, name):
			continue
		}
		lack := MissingRequest{Resource: name, All: true}
		for _, c := range containers {
			_, requested := c.Resources.Requests[name]
			_, limited := c.Resources.Limits[name]
			if !requested && !limited && (container == "" || c.Name == container) {
				lack.Containers = append(lack.Containers, c.Name)
			}
		}
		if lack.All = len(lack.Containers) == len(containers); len(lack.Containers) > 0 {
			missing = append(missing, lack)
		}
	}
	return missing
}

// resourceOf is the resource that a metric measures, and the container if it is of one; "" for other metrics.
func resourceOf(m autoscalingv2.MetricSpec) (name corev1.ResourceName, container string) {
	switch {
	case m.Resource != nil:
		return m.Resource.Name, ""
	case m.ContainerResource != nil:
		return m.ContainerResource.Name, m.ContainerResource.Container
	}
	return "", ""
}

// OfResources tells whether an autoscaler needs the metrics of pods that metrics-server serves.
func OfResources(metrics []autoscalingv2.MetricSpec) bool {
	return slices.ContainsFunc(metrics, func(m autoscalingv2.MetricSpec) bool { return m.Resource != nil || m.ContainerResource != nil })
}

// counted are the containers whose requests count: those that run beside each other.
func counted(pod *corev1.PodSpec) []corev1.Container {
	all := slices.Clone(pod.Containers)
	for _, c := range pod.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			all = append(all, c)
		}
	}
	return all
}

func podLevel(pod *corev1.PodSpec, name corev1.ResourceName) bool {
	if pod.Resources == nil {
		return false
	}
	_, requested := pod.Resources.Requests[name]
	_, limited := pod.Resources.Limits[name]
	return requested || limited
}
