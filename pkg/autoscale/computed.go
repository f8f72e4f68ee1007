package autoscale

import (
	"fmt"
	"regexp"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Cause is why an autoscaler computes no number. The set is closed.
type Cause string

// The causes. The first ones do not go away by themselves.
const (
	TargetMissing       Cause = "TargetMissing"       // there is no object of that name to scale
	TargetNotScalable   Cause = "TargetNotScalable"   // its scale can't be read, or has no selector
	ScaleRefused        Cause = "ScaleRefused"        // its scale can't be written
	TwoAutoscalers      Cause = "TwoAutoscalers"      // another autoscaler scales the same pods
	RequestMissing      Cause = "RequestMissing"      // a container has no request that a utilization is a part of
	MetricsAPIMissing   Cause = "MetricsAPIMissing"   // the cluster does not serve the metrics
	MetricMissing       Cause = "MetricMissing"       // the metrics API does not know the metric
	MetricsAPIFailing   Cause = "MetricsAPIFailing"   // the metrics API does not answer
	MetricsNotYet       Cause = "MetricsNotYet"       // the metrics API has nothing on these pods yet
	PodsNotReady        Cause = "PodsNotReady"        // no pod counts yet
	NotComputedYet      Cause = "NotComputedYet"      // the controller has not come to it
	MetricNotComputable Cause = "MetricNotComputable" // none of the others
)

// Heals tells whether a cause may go away by itself.
func (c Cause) Heals() bool {
	switch c {
	case MetricsAPIFailing, MetricsNotYet, PodsNotReady, NotComputedYet:
		return true
	}
	return false
}

// Uncomputed says why an autoscaler computes no number. Message is in the words of the controller.
type Uncomputed struct {
	Cause   Cause    `json:"cause"`
	Message string   `json:"message"`
	Next    []string `json:"next,omitempty"`
}

// Observed tells whether the status of an autoscaler is about its present spec. A server that does not count generations
// leaves that open: then it is true as soon as there are conditions.
func Observed(a *autoscalingv2.HorizontalPodAutoscaler) bool {
	if seen := a.Status.ObservedGeneration; seen != nil && a.Generation > 0 {
		return *seen >= a.Generation
	}
	return a.Generation == 0 && len(a.Status.Conditions) > 0
}

// IsOff tells whether an autoscaler does nothing because its target has 0 replicas. While the target can't be read, the
// controller leaves this condition as it was.
func IsOff(a *autoscalingv2.HorizontalPodAutoscaler) bool {
	c, able := condition(a, autoscalingv2.ScalingActive), condition(a, autoscalingv2.AbleToScale)
	return c != nil && c.Status == corev1.ConditionFalse && c.Reason == "ScalingDisabled" && (able == nil || able.Status != corev1.ConditionFalse)
}

func condition(a *autoscalingv2.HorizontalPodAutoscaler, name autoscalingv2.HorizontalPodAutoscalerConditionType) *autoscalingv2.HorizontalPodAutoscalerCondition {
	for i := range a.Status.Conditions {
		if a.Status.Conditions[i].Type == name {
			return &a.Status.Conditions[i]
		}
	}
	return nil
}

// WhyUncomputed says why the status of an autoscaler has no number; nil if it has one, or if the autoscaler is off.
// Source: the reasons and messages of k8s.io/kubernetes/pkg/controller/podautoscaler/horizontal.go.
func WhyUncomputed(a *autoscalingv2.HorizontalPodAutoscaler) *Uncomputed {
	able, active := condition(a, autoscalingv2.AbleToScale), condition(a, autoscalingv2.ScalingActive)
	in := " -n " + a.Namespace
	target := workload.Ref{Kind: a.Spec.ScaleTargetRef.Kind, Namespace: a.Namespace, Name: a.Spec.ScaleTargetRef.Name}
	switch {
	case IsOff(a):
		return nil
	case able != nil && able.Status == corev1.ConditionFalse && able.Reason == "FailedUpdateScale":
		return &Uncomputed{ScaleRefused, able.Message, []string{"kubectl describe " + target.String() + in}}
	case able != nil && able.Status == corev1.ConditionFalse:
		if strings.Contains(able.Message, "not found") {
			return targetMissing(a, able.Message)
		}
		return &Uncomputed{TargetNotScalable, able.Message, []string{"kubectl describe " + target.String() + in}}
	case active == nil, active.Status == corev1.ConditionTrue && (!Observed(a) || len(a.Status.CurrentMetrics) == 0): // a number outside the bounds is set without metrics
		return &Uncomputed{NotComputedYet, "the controller has not computed it yet", []string{"kubectl describe horizontalpodautoscaler " + a.Name + in}}
	case active.Status == corev1.ConditionTrue:
		return nil
	}
	cause := metricCause(active.Reason, active.Message)
	return &Uncomputed{cause, active.Message, nextFor(cause, a, target, active.Message)}
}

// targetMissing: there is nothing to scale.
func targetMissing(a *autoscalingv2.HorizontalPodAutoscaler, message string) *Uncomputed {
	in := " -n " + a.Namespace
	remove := "kubectl delete horizontalpodautoscaler " + a.Name + in
	if maker, there := Maker(a); maker != "" {
		remove = there
	}
	return &Uncomputed{TargetMissing, message, []string{fmt.Sprintf("kubectl get %ss%s", strings.ToLower(a.Spec.ScaleTargetRef.Kind), in), remove}}
}

// metricCause reads the words of the controller.
func metricCause(reason, message string) Cause {
	says := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(message, w) {
				return true
			}
		}
		return false
	}
	switch {
	case reason == "AmbiguousSelector":
		return TwoAutoscalers
	case reason == "InvalidSelector":
		return TargetNotScalable
	case says("missing request for", "missing pod-level request", "not found in Pod"):
		return RequestMissing
	case says("no custom metrics API", "no external metrics API", "the server could not find the requested resource"):
		return MetricsAPIMissing
	case says("the server could not find the metric", "no metrics returned from custom metrics API", "no metrics returned from external metrics API"):
		return MetricMissing
	case says("no metrics returned from resource metrics API", "no metrics returned matched known pods"):
		return MetricsNotYet
	case says("did not receive metrics for targeted pods", "no pods returned by selector"):
		return PodsNotReady
	case says("unable to fetch metrics from"):
		return MetricsAPIFailing
	}
	return MetricNotComputable
}

// missingRequest finds the resource and the container in the words of the controller.
var missingRequest = regexp.MustCompile(`missing request for (\S+) in container (\S+) of Pod`)

// metricsService is the APIService of the metrics of pods.
const metricsService = "v1beta1.metrics.k8s.io"

func nextFor(cause Cause, a *autoscalingv2.HorizontalPodAutoscaler, target workload.Ref, message string) []string {
	in := " -n " + a.Namespace
	switch cause {
	case RequestMissing:
		if m := missingRequest.FindStringSubmatch(message); m != nil && ScalesWorkload(a) {
			return []string{SetRequest(target, m[2], corev1.ResourceName(m[1]))}
		}
	case MetricsAPIMissing, MetricsAPIFailing:
		if strings.Contains(message, "resource metrics API") {
			return []string{"kubectl get apiservice " + metricsService}
		}
		return []string{"kubectl get apiservices"}
	case MetricMissing:
		return []string{"kubectl describe horizontalpodautoscaler " + a.Name + in}
	case TwoAutoscalers:
		return []string{"kubectl get horizontalpodautoscalers" + in}
	case MetricsNotYet:
		return []string{"kubectl top pods" + in}
	case PodsNotReady:
		if !ScalesWorkload(a) {
			return []string{"kubectl get pods" + in}
		}
		return []string{"kubectl app why " + target.String() + in}
	}
	return []string{"kubectl describe horizontalpodautoscaler " + a.Name + in}
}

// SetRequest is the command that gives containers a request; container is "" for all.
func SetRequest(target workload.Ref, container string, name corev1.ResourceName) string {
	amount := "100m"
	if name == corev1.ResourceMemory {
		amount = "128Mi"
	}
	command := fmt.Sprintf("kubectl app set resources %s -n %s", target, target.Namespace)
	if container != "" {
		command += " -c " + container
	}
	return command + fmt.Sprintf(" --requests=%s=%s", name, amount)
}
