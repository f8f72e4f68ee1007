package autoscale

import (
	"fmt"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// StatusText says what the controller has computed last: each metric beside its target, and the number.
func StatusText(a *autoscalingv2.HorizontalPodAutoscaler) string {
	var parts []string
	for _, m := range Metrics(a) {
		value := CurrentText(a, m)
		if value == "" {
			value = "unknown"
		}
		parts = append(parts, fmt.Sprintf("%s %s, target %s", MetricName(m), value, TargetText(m)))
	}
	now, wanted := a.Status.CurrentReplicas, a.Status.DesiredReplicas
	number := workload.Plural(int(now), "replica stays", "replicas stay")
	switch {
	case IsOff(a):
		return "off: the target has 0 replicas"
	case wanted != now:
		number = fmt.Sprintf("%d -> %s", now, replicas(wanted))
	}
	return strings.Join(parts, "; ") + ": " + number
}

// CurrentText is the last value of a metric in the status of an autoscaler; "" if there is none.
func CurrentText(a *autoscalingv2.HorizontalPodAutoscaler, m autoscalingv2.MetricSpec) string {
	for _, s := range a.Status.CurrentMetrics {
		if name, v := currentOf(s); name == MetricName(m) {
			return valueText(v, TargetOf(m))
		}
	}
	return ""
}

// currentOf is the name of a metric in a status, in the words of MetricName, and its value.
func currentOf(s autoscalingv2.MetricStatus) (string, autoscalingv2.MetricValueStatus) {
	switch {
	case s.Resource != nil:
		return MetricName(autoscalingv2.MetricSpec{Resource: &autoscalingv2.ResourceMetricSource{Name: s.Resource.Name}}), s.Resource.Current
	case s.ContainerResource != nil:
		c := s.ContainerResource
		return MetricName(autoscalingv2.MetricSpec{ContainerResource: &autoscalingv2.ContainerResourceMetricSource{Name: c.Name, Container: c.Container}}), c.Current
	case s.Pods != nil:
		return MetricName(autoscalingv2.MetricSpec{Pods: &autoscalingv2.PodsMetricSource{Metric: s.Pods.Metric}}), s.Pods.Current
	case s.External != nil:
		return MetricName(autoscalingv2.MetricSpec{External: &autoscalingv2.ExternalMetricSource{Metric: s.External.Metric}}), s.External.Current
	case s.Object != nil:
		return MetricName(autoscalingv2.MetricSpec{Object: &autoscalingv2.ObjectMetricSource{DescribedObject: s.Object.DescribedObject, Metric: s.Object.Metric}}), s.Object.Current
	}
	return "", autoscalingv2.MetricValueStatus{}
}

func valueText(v autoscalingv2.MetricValueStatus, target autoscalingv2.MetricTarget) string {
	switch {
	case target.AverageUtilization != nil && v.AverageUtilization != nil:
		return fmt.Sprintf("%d%%", *v.AverageUtilization)
	case target.Value != nil && v.Value != nil:
		return v.Value.String()
	case v.AverageValue != nil:
		return v.AverageValue.String()
	}
	return ""
}

// UsesRequest tells whether a metric is a percentage of the request of a resource.
func UsesRequest(metrics []autoscalingv2.MetricSpec, name corev1.ResourceName) bool {
	for _, m := range metrics {
		if of, _ := resourceOf(m); of == name && TargetOf(m).AverageUtilization != nil {
			return true
		}
	}
	return false
}
