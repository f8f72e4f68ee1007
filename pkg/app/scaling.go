package app

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const (
	kindAutoscaler = "HorizontalPodAutoscaler"
	kindBudget     = "PodDisruptionBudget"
)

// autoscalers are those whose scaleTargetRef is the workload.
func (l *look) autoscalers() []Autoscaler {
	var all []Autoscaler
	for i := range l.around.Autoscalers {
		h := &l.around.Autoscalers[i]
		target := h.Spec.ScaleTargetRef
		group, _, _ := strings.Cut(target.APIVersion, "/")
		if target.Kind != l.w.Kind || target.Name != l.w.Name || group != l.Object.Kind.Group {
			continue
		}
		a := Autoscaler{
			Object: l.ref(kindAutoscaler, h.Name), Min: 1, Max: h.Spec.MaxReplicas,
			Current: h.Status.CurrentReplicas, Desired: h.Status.DesiredReplicas,
		}
		if h.Spec.MinReplicas != nil {
			a.Min = *h.Spec.MinReplicas
		}
		for j := range h.Spec.Metrics {
			a.Metrics = append(a.Metrics, metricText(&h.Spec.Metrics[j], h.Status.CurrentMetrics))
		}
		a.conditions(h.Status.Conditions, l.w.Desired, l.now)
		all = append(all, a)
	}
	if len(all) > 1 {
		for i := range all {
			all[i].Problems = append(all[i].Problems, severe(SeveralScalers, fmt.Sprintf("%d autoscalers scale %s: they work against each other", len(all), l.w.Ref)))
		}
	}
	return all
}

// firstMetrics is how long the metrics of new pods may take to come.
const firstMetrics = 2 * time.Minute

// conditions takes in why an autoscaler does not scale, or not further.
func (a *Autoscaler) conditions(all []autoscalingv2.HorizontalPodAutoscalerCondition, desired int32, now time.Time) {
	for _, c := range all {
		switch {
		case c.Type == autoscalingv2.ScalingLimited && c.Status == corev1.ConditionTrue && c.Reason != "TooFewReplicas": // the minimum is no limit to anybody
			a.Limited = c.Message
			if c.Reason == "TooManyReplicas" {
				a.Problems = append(a.Problems, soon(AtMaximum, "it is at its maximum and would scale further: "+c.Message))
			}
		case c.Type == autoscalingv2.ScalingActive && c.Status == corev1.ConditionFalse && c.Reason == "ScalingDisabled" && desired == 0:
			a.Limited = "off: the workload is scaled to 0"
		case (c.Type == autoscalingv2.ScalingActive || c.Type == autoscalingv2.AbleToScale) && c.Status == corev1.ConditionFalse && c.Reason != "BackoffBoth":
			problem := severe(ScalingInactive, "it does not scale: "+c.Reason+": "+c.Message)
			problem.Severe = now.Sub(c.LastTransitionTime.Time) >= firstMetrics
			a.Problems = append(a.Problems, problem)
		}
	}
}

// metricText is a metric's present number beside its target.
func metricText(spec *autoscalingv2.MetricSpec, current []autoscalingv2.MetricStatus) string {
	name, target := metricTarget(spec)
	now := "unknown"
	for i := range current {
		if known, value := metricValue(&current[i], target.Type); known == name && current[i].Type == spec.Type && value != "" {
			now = value
		}
	}
	return name + " " + now + " of " + targetText(&target)
}

func targetText(t *autoscalingv2.MetricTarget) string {
	switch {
	case t.AverageUtilization != nil:
		return fmt.Sprintf("%d%%", *t.AverageUtilization)
	case t.AverageValue != nil:
		return t.AverageValue.String()
	case t.Value != nil:
		return t.Value.String()
	}
	return "?"
}

func metricTarget(m *autoscalingv2.MetricSpec) (string, autoscalingv2.MetricTarget) {
	switch {
	case m.Resource != nil:
		return string(m.Resource.Name), m.Resource.Target
	case m.ContainerResource != nil:
		return m.ContainerResource.Container + "/" + string(m.ContainerResource.Name), m.ContainerResource.Target
	case m.Pods != nil:
		return m.Pods.Metric.Name, m.Pods.Target
	case m.Object != nil:
		return m.Object.Metric.Name, m.Object.Target
	case m.External != nil:
		return m.External.Metric.Name, m.External.Target
	}
	return string(m.Type), autoscalingv2.MetricTarget{}
}

func metricValue(m *autoscalingv2.MetricStatus, target autoscalingv2.MetricTargetType) (name, value string) {
	var v autoscalingv2.MetricValueStatus
	switch {
	case m.Resource != nil:
		name, v = string(m.Resource.Name), m.Resource.Current
	case m.ContainerResource != nil:
		name, v = m.ContainerResource.Container+"/"+string(m.ContainerResource.Name), m.ContainerResource.Current
	case m.Pods != nil:
		name, v = m.Pods.Metric.Name, m.Pods.Current
	case m.Object != nil:
		name, v = m.Object.Metric.Name, m.Object.Current
	case m.External != nil:
		name, v = m.External.Metric.Name, m.External.Current
	}
	switch {
	case target == autoscalingv2.UtilizationMetricType && v.AverageUtilization != nil:
		return name, fmt.Sprintf("%d%%", *v.AverageUtilization)
	case v.AverageValue != nil && target != autoscalingv2.ValueMetricType:
		return name, v.AverageValue.String()
	case v.Value != nil:
		return name, v.Value.String()
	}
	return name, ""
}

// budgets are the PodDisruptionBudgets that select the pods. Of a pod that two select none is evicted (the eviction API
// answers 500).
func (l *look) budgets() []Budget {
	var all []Budget
	for i := range l.around.Budgets {
		b := &l.around.Budgets[i]
		if b.Spec.Selector == nil || !l.selects(b.Spec.Selector) {
			continue
		}
		found := Budget{
			Object: l.ref(kindBudget, b.Name), Rule: budgetRule(&b.Spec),
			Allowed: b.Status.DisruptionsAllowed, Healthy: b.Status.CurrentHealthy, Expected: b.Status.ExpectedPods,
		}
		broken := ""
		for _, c := range b.Status.Conditions {
			if c.Type == policyv1.DisruptionAllowedCondition && c.Reason == policyv1.SyncFailedReason {
				broken = cmp.Or(c.Message, c.Reason)
			}
		}
		switch {
		case broken != "":
			found.Problems = append(found.Problems, severe(BudgetBroken, "it can't be computed, so no pod may be evicted: "+broken))
		case found.Allowed == 0 && found.Expected > 0:
			found.Problems = append(found.Problems, soon(NoDisruption, "no pod may be evicted: "+whyNone(b)))
		}
		all = append(all, found)
	}
	if len(all) > 1 {
		for i := range all {
			all[i].Problems = append(all[i].Problems, severe(BudgetConflict, fmt.Sprintf("%d budgets select the same pods: the API server refuses each eviction", len(all))))
		}
	}
	return all
}

// whyNone tells a budget that never allows an eviction from one that waits for pods.
func whyNone(b *policyv1.PodDisruptionBudget) string {
	if b.Status.CurrentHealthy >= b.Status.ExpectedPods {
		return budgetRule(&b.Spec) + " of " + workload.Plural(int(b.Status.ExpectedPods), "pod", "pods") + " leaves none"
	}
	return fmt.Sprintf("%d of %d pods are healthy now", b.Status.CurrentHealthy, b.Status.ExpectedPods)
}

func budgetRule(s *policyv1.PodDisruptionBudgetSpec) string {
	switch {
	case s.MinAvailable != nil:
		return "minAvailable " + s.MinAvailable.String()
	case s.MaxUnavailable != nil:
		return "maxUnavailable " + s.MaxUnavailable.String()
	}
	return "minAvailable 1" // the API's default
}
