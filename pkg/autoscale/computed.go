package autoscale

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

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
	ScaleFailing        Cause = "ScaleFailing"        // its scale can't be read or written for the moment
	MetricNotComputable Cause = "MetricNotComputable" // none of the others
)

// Heals tells whether a cause may go away by itself.
func (c Cause) Heals() bool {
	switch c {
	case ScaleFailing, MetricsAPIFailing, MetricsNotYet, PodsNotReady, NotComputedYet:
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

// Observed tells whether the status of an autoscaler is about its present spec. A server or a controller that does not count
// generations leaves that open: then it is true as soon as there are conditions.
func Observed(a *autoscalingv2.HorizontalPodAutoscaler) bool {
	if CountsGenerations(a) {
		return *a.Status.ObservedGeneration >= a.Generation
	}
	return len(a.Status.Conditions) > 0
}

// CountsGenerations tells whether the server and the controller count the generations of autoscalers: both from 1.37 on.
func CountsGenerations(a *autoscalingv2.HorizontalPodAutoscaler) bool {
	return a.Generation > 0 && a.Status.ObservedGeneration != nil
}

// UnableSince is when the scale of the target could not be read any more; nil if it can. The controller leaves the observed
// generation as it was then.
// Source: reconcileAutoscaler in k8s.io/kubernetes/pkg/controller/podautoscaler/horizontal.go.
func UnableSince(a *autoscalingv2.HorizontalPodAutoscaler) *time.Time {
	if able := condition(a, autoscalingv2.AbleToScale); able != nil && able.Status == corev1.ConditionFalse && able.Reason == "FailedGetScale" {
		return &able.LastTransitionTime.Time
	}
	return nil
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
	case able != nil && able.Status == corev1.ConditionFalse:
		return whyUnable(a, able, target)
	case active == nil, active.Status == corev1.ConditionTrue && (!Observed(a) || len(a.Status.CurrentMetrics) == 0): // a number outside the bounds is set without metrics
		return &Uncomputed{NotComputedYet, "the controller has not computed it yet", []string{"kubectl describe horizontalpodautoscaler " + a.Name + in}}
	case active.Status == corev1.ConditionTrue:
		return nil
	}
	cause := metricCause(active.Reason, active.Message)
	return &Uncomputed{cause, active.Message, nextFor(cause, a, target, active.Message)}
}

// whyUnable says why the scale of a target can't be read or written. An answer of the API to the request itself does not go away:
// a timeout, a conflict or an outage does.
func whyUnable(a *autoscalingv2.HorizontalPodAutoscaler, able *autoscalingv2.HorizontalPodAutoscalerCondition, target workload.Ref) *Uncomputed {
	next := []string{"kubectl describe " + target.String() + " -n " + a.Namespace}
	switch final := says(able.Message, "forbidden", "denied", "not found", "no matches for kind", "could not find the requested resource", "is invalid"); {
	case able.Reason == "BackoffBoth" || !final && (able.Reason == "FailedUpdateScale" || able.Reason == "FailedGetScale"):
		return &Uncomputed{ScaleFailing, able.Message, next}
	case able.Reason == "FailedUpdateScale":
		return &Uncomputed{ScaleRefused, able.Message, next}
	case says(able.Message, "not found"):
		return targetMissing(a, able.Message)
	}
	return &Uncomputed{TargetNotScalable, able.Message, next}
}

// says tells whether a message has one of some words.
func says(message string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(message, w) })
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
	said := func(words ...string) bool { return says(message, words...) }
	switch {
	case reason == "AmbiguousSelector":
		return TwoAutoscalers
	case reason == "InvalidSelector":
		return TargetNotScalable
	case said("missing request for", "missing pod-level request", "not found in Pod"):
		return RequestMissing
	case said("no custom metrics API", "no external metrics API", "the server could not find the requested resource"):
		return MetricsAPIMissing
	case said("the server could not find the metric", "no metrics returned from custom metrics API", "no metrics returned from external metrics API"):
		return MetricMissing
	case said("no metrics returned from resource metrics API", "no metrics returned matched known pods"):
		return MetricsNotYet
	case said("did not receive metrics for targeted pods", "no pods returned by selector"):
		return PodsNotReady
	case said("unable to fetch metrics from"):
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
