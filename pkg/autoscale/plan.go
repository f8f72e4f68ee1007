package autoscale

import (
	"fmt"
	"slices"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/equality"
)

// Settings are what a change sets of an autoscaler. What is empty stays as it is or, of a new one, is the server's default.
type Settings struct {
	Min, Max           *int32
	Metrics            []MetricChange
	ScaleUp, ScaleDown *autoscalingv2.HPAScalingRules
	Tolerance          func(now Tolerance) Tolerance
}

// PlanError: the settings make no autoscaler.
type PlanError struct{ Message string }

func (e *PlanError) Error() string { return e.Message }

// Plan is the autoscaler with the settings; now is it as it is, or a new one with only a name and a target.
func Plan(now *autoscalingv2.HorizontalPodAutoscaler, s Settings) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	next := now.DeepCopy()
	refuse := func(format string, args ...any) (*autoscalingv2.HorizontalPodAutoscaler, error) {
		return nil, &PlanError{Message: "horizontalpodautoscaler/" + now.Name + ": " + fmt.Sprintf(format, args...)}
	}
	if s.Min != nil {
		next.Spec.MinReplicas = s.Min
	}
	if s.Max != nil {
		next.Spec.MaxReplicas = *s.Max
	}
	metrics, err := changeMetrics(next.Spec.Metrics, s.Metrics)
	if err != nil {
		return refuse("%v", err)
	}
	least, most := Bounds(next)
	switch {
	case most == 0:
		return refuse("--max is required: there is none of this name yet")
	case least > most && s.Min == nil:
		return refuse("--max=%d is below its minimum of %d: give --min=%d too, or fewer", most, least, most)
	case least > most:
		return refuse("--min=%d is above its maximum of %d: give --max=%d too, or more", least, most, least)
	case len(now.Spec.Metrics) > 0 && len(metrics) == 0:
		return refuse("no metric would be left, and then the server uses 80%% of the requested cpu: give another metric, or remove the autoscaler with --remove")
	}
	next.Spec.Metrics = metrics
	if least == 0 && !startsFromZero(metrics) {
		return refuse("--min=0 needs a metric that has a value without pods: external/METRIC or object/TYPE/NAME/METRIC")
	}
	next.Spec.Behavior = s.behavior(next.Spec.Behavior)
	return next, nil
}

// startsFromZero tells whether a metric can be read while there are no pods.
// Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/ (minReplicas 0).
func startsFromZero(metrics []autoscalingv2.MetricSpec) bool {
	return slices.ContainsFunc(metrics, func(m autoscalingv2.MetricSpec) bool { return m.Object != nil || m.External != nil })
}

// behavior is what there was, with the settings. Rules that are given replace those of their direction, except the tolerance.
func (s Settings) behavior(was *autoscalingv2.HorizontalPodAutoscalerBehavior) *autoscalingv2.HorizontalPodAutoscalerBehavior {
	if s.ScaleUp == nil && s.ScaleDown == nil && s.Tolerance == nil {
		return was
	}
	next := &autoscalingv2.HorizontalPodAutoscalerBehavior{}
	if was != nil {
		next = was.DeepCopy()
	}
	tolerance := toleranceOf(next)
	if s.Tolerance != nil {
		tolerance = s.Tolerance(tolerance)
	}
	if s.ScaleUp != nil {
		next.ScaleUp = s.ScaleUp.DeepCopy()
	}
	if s.ScaleDown != nil {
		next.ScaleDown = s.ScaleDown.DeepCopy()
	}
	if next.ScaleUp == nil {
		next.ScaleUp = &autoscalingv2.HPAScalingRules{}
	}
	if next.ScaleDown == nil {
		next.ScaleDown = &autoscalingv2.HPAScalingRules{}
	}
	next.ScaleUp.Tolerance, next.ScaleDown.Tolerance = tolerance.Up, tolerance.Down
	for _, rules := range []**autoscalingv2.HPAScalingRules{&next.ScaleUp, &next.ScaleDown} {
		if equality.Semantic.DeepEqual(**rules, autoscalingv2.HPAScalingRules{}) {
			*rules = nil
		}
	}
	if next.ScaleUp == nil && next.ScaleDown == nil {
		return nil
	}
	return next
}

func toleranceOf(b *autoscalingv2.HorizontalPodAutoscalerBehavior) (t Tolerance) {
	if b == nil {
		return t
	}
	if b.ScaleUp != nil {
		t.Up = b.ScaleUp.Tolerance
	}
	if b.ScaleDown != nil {
		t.Down = b.ScaleDown.Tolerance
	}
	return t
}

// Difference is a setting that a change makes another. From is "" for what there was not, To for what there is not any more.
type Difference struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// Compare lists what differs between two autoscalers, with the defaults of the server. before is nil for a new one.
func Compare(before, after *autoscalingv2.HorizontalPodAutoscaler) (all []Difference) {
	was, is := settingsOf(before), settingsOf(after)
	for _, s := range is {
		at := slices.IndexFunc(was, func(w Difference) bool { return w.Field == s.Field })
		switch {
		case at < 0:
			all = append(all, Difference{Field: s.Field, To: s.To})
		case was[at].To != s.To:
			all = append(all, Difference{s.Field, was[at].To, s.To})
		}
	}
	for _, w := range was {
		if !slices.ContainsFunc(is, func(s Difference) bool { return s.Field == w.Field }) {
			all = append(all, Difference{Field: w.Field, From: w.To})
		}
	}
	return all
}

func settingsOf(a *autoscalingv2.HorizontalPodAutoscaler) (all []Difference) {
	if a == nil {
		return nil
	}
	least, most := Bounds(a)
	all = append(all, Difference{Field: "min", To: fmt.Sprint(least)}, Difference{Field: "max", To: fmt.Sprint(most)})
	for _, m := range Metrics(a) {
		all = append(all, Difference{Field: MetricName(m), To: TargetText(m)})
	}
	if b := a.Spec.Behavior; b != nil {
		for _, d := range []Difference{
			{Field: "scale-up", To: RulesText(Rules(b, true))},
			{Field: "scale-down", To: RulesText(Rules(b, false))},
		} {
			if d.To != RulesText(Rules(nil, d.Field == "scale-up")) {
				all = append(all, d)
			}
		}
		if t := toleranceOf(b); t.Up != nil || t.Down != nil {
			all = append(all, Difference{Field: "tolerance", To: "up=" + percentText(t.Up) + ",down=" + percentText(t.Down)})
		}
	}
	return all
}
