package app

import (
	"cmp"
	"fmt"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
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
		if !autoscale.Targets(h, l.Object.Kind.GroupKind(), l.w.Name) {
			continue
		}
		a := Autoscaler{Object: l.ref(kindAutoscaler, h.Name), Current: h.Status.CurrentReplicas, Desired: h.Status.DesiredReplicas}
		a.Min, a.Max = autoscale.Bounds(h)
		for _, m := range h.Spec.Metrics {
			a.Metrics = append(a.Metrics, autoscale.MetricName(m)+" "+cmp.Or(autoscale.CurrentText(h, m), "unknown")+" of "+autoscale.TargetText(m))
		}
		_, paused := autoscale.PausedFor(h)
		switch {
		case paused:
			a.Current, a.Desired, a.Limited = l.w.Desired, l.w.Desired, "paused by kubectl app scale --take-over"
		case l.w.Desired == 0 && a.Min > 0: // its status may be older than that
			a.Current, a.Desired, a.Limited = 0, 0, "off: the workload is scaled to 0"
		default:
			a.conditions(h.Status.Conditions, l.now)
		}
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
func (a *Autoscaler) conditions(all []autoscalingv2.HorizontalPodAutoscalerCondition, now time.Time) {
	for _, c := range all {
		switch {
		case c.Type == autoscalingv2.ScalingLimited && c.Status == corev1.ConditionTrue && c.Reason != "TooFewReplicas": // the minimum is no limit to anybody
			a.Limited = c.Message
			if c.Reason == "TooManyReplicas" {
				a.Problems = append(a.Problems, soon(AtMaximum, "it is at its maximum and would scale further: "+c.Message))
			}
		case c.Reason == "ScalingDisabled": // the workload has replicas, and the controller has not seen them yet
		case (c.Type == autoscalingv2.ScalingActive || c.Type == autoscalingv2.AbleToScale) && c.Status == corev1.ConditionFalse && c.Reason != "BackoffBoth":
			problem := severe(ScalingInactive, "it does not scale: "+c.Reason+": "+c.Message)
			problem.Severe = now.Sub(c.LastTransitionTime.Time) >= firstMetrics
			a.Problems = append(a.Problems, problem)
		}
	}
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
