package autoscale

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// none removes a metric.
const none = "none"

// plainUnits are those of a number without a unit, as in kubectl autoscale.
var plainUnits = map[corev1.ResourceName]string{corev1.ResourceCPU: "m", corev1.ResourceMemory: "Mi"}

// ParseTarget reads the target of a resource by the rules of kubectl autoscale: "70%" of the request, "500m" or "200Mi" for
// each pod on average. A number without a unit is in millicores or mebibytes.
func ParseTarget(name corev1.ResourceName, text string) (autoscalingv2.MetricTarget, error) {
	text = strings.TrimSpace(text)
	if percent, ok := strings.CutSuffix(text, "%"); ok {
		n, err := strconv.ParseInt(percent, 10, 32)
		if err != nil || n < 1 {
			return autoscalingv2.MetricTarget{}, fmt.Errorf("%s is not a percentage of the request: give a whole number of at least 1%%, such as 70%%", text)
		}
		return autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: new(int32(n))}, nil
	}
	if plain, err := strconv.ParseFloat(text, 64); err == nil && plainUnits[name] != "" {
		if plain > 0 && plain < 1 {
			return autoscalingv2.MetricTarget{}, fmt.Errorf("%s without a unit is %s%s: write the unit, or a percentage of the request such as 70%%", text, text, plainUnits[name])
		}
		text = fmt.Sprintf("%g%s", plain, plainUnits[name])
	}
	return averageTarget(text)
}

func averageTarget(text string) (autoscalingv2.MetricTarget, error) {
	q, err := resource.ParseQuantity(text)
	if err != nil || q.Sign() <= 0 {
		return autoscalingv2.MetricTarget{}, fmt.Errorf("%s is neither a percentage of the request nor a quantity above 0: give 70%%, 500m or 200Mi", text)
	}
	return autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: &q}, nil
}

// MetricChange is a metric that an autoscaler is to have or, if Remove is set, not to have any more.
type MetricChange struct {
	autoscalingv2.MetricSpec
	Remove bool
	// NoUnit is the target if it was given as a number without a unit.
	NoUnit string
}

// LosesPercent says that a number without a unit replaces a percentage; "" if not.
func (c MetricChange) LosesPercent(now []autoscalingv2.MetricSpec) string {
	name := MetricName(c.MetricSpec)
	for _, m := range now {
		if target := TargetOf(m); c.NoUnit != "" && MetricName(m) == name && target.AverageUtilization != nil {
			return fmt.Sprintf("the target of %s was %s of the request, and a number without a unit is an amount for each pod, here %s: for a percentage write %s%%", name, TargetText(m), TargetText(c.MetricSpec), c.NoUnit)
		}
	}
	return ""
}

// noUnit is a target that is a number without a unit; "" for any other.
func noUnit(text string) string {
	if _, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err != nil {
		return ""
	}
	return strings.TrimSpace(text)
}

// ResourceMetric is a change of the metric of a resource, for --cpu and --memory.
func ResourceMetric(name corev1.ResourceName, text string) (MetricChange, error) {
	c := MetricChange{MetricSpec: autoscalingv2.MetricSpec{
		Type: autoscalingv2.ResourceMetricSourceType, Resource: &autoscalingv2.ResourceMetricSource{Name: name},
	}}
	if text == none {
		c.Remove = true
		return c, nil
	}
	target, err := ParseTarget(name, text)
	c.Resource.Target, c.NoUnit = target, noUnit(text)
	return c, err
}

// metricForms are shown where a --metric can't be read.
const metricForms = "give pods/METRIC=100, external/METRIC=30/pod, object/TYPE/NAME/METRIC=2k or container/NAME/cpu=70%"

// ParseMetric reads --metric: pods/METRIC=VALUE, external/METRIC=VALUE[/pod], object/TYPE/NAME/METRIC=VALUE[/pod],
// container/NAME/RESOURCE=PERCENT%|VALUE. A METRIC may have a selector: queue{name=mail}. With VALUE/pod the target is for each
// pod on average. "none" as the value removes the metric. The described object of an object metric has the TYPE as its kind,
// which the caller has to resolve.
func ParseMetric(text string) (MetricChange, error) {
	bad := fmt.Errorf("%s is not a metric: %s", text, metricForms)
	end := strings.LastIndex(text, "=")
	if end < strings.LastIndex(text, "}") { // the selector has the last one
		return MetricChange{}, bad
	}
	if end < 0 {
		return MetricChange{}, bad
	}
	path, value := text[:end], text[end+1:]
	source, rest, ok := strings.Cut(path, "/")
	if !ok || rest == "" || value == "" {
		return MetricChange{}, bad
	}
	change := MetricChange{Remove: value == none}
	var err error
	switch source {
	case "pods":
		change.Type, change.Pods = autoscalingv2.PodsMetricSourceType, &autoscalingv2.PodsMetricSource{}
		if change.Pods.Metric, err = identifier(rest); err == nil && !change.Remove {
			change.Pods.Target, err = averageTarget(strings.TrimSuffix(value, perPod))
		}
	case "external":
		change.Type, change.External = autoscalingv2.ExternalMetricSourceType, &autoscalingv2.ExternalMetricSource{}
		if change.External.Metric, err = identifier(rest); err == nil && !change.Remove {
			change.External.Target, err = wholeOrPerPod(value)
		}
	case "object":
		parts := strings.SplitN(rest, "/", 3)
		if len(parts) < 3 || parts[0] == "" || parts[1] == "" {
			return MetricChange{}, bad
		}
		change.Type, change.Object = autoscalingv2.ObjectMetricSourceType, &autoscalingv2.ObjectMetricSource{
			DescribedObject: autoscalingv2.CrossVersionObjectReference{Kind: parts[0], Name: parts[1]},
		}
		if change.Object.Metric, err = identifier(parts[2]); err == nil && !change.Remove {
			change.Object.Target, err = wholeOrPerPod(value)
		}
	case "container":
		container, name, ok := strings.Cut(rest, "/")
		if !ok || container == "" || plainUnits[corev1.ResourceName(name)] == "" {
			return MetricChange{}, bad
		}
		change.Type, change.ContainerResource = autoscalingv2.ContainerResourceMetricSourceType, &autoscalingv2.ContainerResourceMetricSource{
			Name: corev1.ResourceName(name), Container: container,
		}
		if !change.Remove {
			change.NoUnit = noUnit(value)
			change.ContainerResource.Target, err = ParseTarget(corev1.ResourceName(name), value)
		}
	default:
		return MetricChange{}, bad
	}
	if err != nil {
		return MetricChange{}, fmt.Errorf("%s: %w", path, err)
	}
	return change, nil
}

// perPod ends a value that is meant for each pod on average.
const perPod = "/pod"

func wholeOrPerPod(value string) (autoscalingv2.MetricTarget, error) {
	number, each := strings.CutSuffix(value, perPod)
	q, err := resource.ParseQuantity(number)
	if err != nil || q.Sign() <= 0 {
		return autoscalingv2.MetricTarget{}, fmt.Errorf("%s is not a quantity above 0: give 30, 2k or, for each pod on average, 30/pod", value)
	}
	if each {
		return autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: &q}, nil
	}
	return autoscalingv2.MetricTarget{Type: autoscalingv2.ValueMetricType, Value: &q}, nil
}

// identifier reads METRIC or METRIC{key=value,…}.
func identifier(text string) (autoscalingv2.MetricIdentifier, error) {
	name, selector, selects := strings.Cut(text, "{")
	id := autoscalingv2.MetricIdentifier{Name: name}
	if name == "" || strings.Contains(name, "/") {
		return id, fmt.Errorf("no name of a metric: %s", metricForms)
	}
	if !selects {
		return id, nil
	}
	selector, closed := strings.CutSuffix(selector, "}")
	parsed, err := metav1.ParseToLabelSelector(selector)
	if !closed || err != nil || selector == "" {
		return id, fmt.Errorf("the selector of %s can't be read: give %s{key=value}", name, name)
	}
	id.Selector = parsed
	return id, nil
}

// MetricName says what a metric measures, in the words of --metric: "cpu", "container/web/cpu", "pods/requests".
func MetricName(m autoscalingv2.MetricSpec) string {
	switch {
	case m.Resource != nil:
		return string(m.Resource.Name)
	case m.ContainerResource != nil:
		return "container/" + m.ContainerResource.Container + "/" + string(m.ContainerResource.Name)
	case m.Pods != nil:
		return "pods/" + identified(m.Pods.Metric)
	case m.External != nil:
		return "external/" + identified(m.External.Metric)
	case m.Object != nil:
		o := m.Object.DescribedObject
		return "object/" + strings.ToLower(o.Kind) + "/" + o.Name + "/" + identified(m.Object.Metric)
	}
	return string(m.Type)
}

func identified(id autoscalingv2.MetricIdentifier) string {
	if id.Selector == nil {
		return id.Name
	}
	return id.Name + "{" + metav1.FormatLabelSelector(id.Selector) + "}"
}

// TargetOf is the target of a metric.
func TargetOf(m autoscalingv2.MetricSpec) autoscalingv2.MetricTarget {
	switch {
	case m.Resource != nil:
		return m.Resource.Target
	case m.ContainerResource != nil:
		return m.ContainerResource.Target
	case m.Pods != nil:
		return m.Pods.Target
	case m.External != nil:
		return m.External.Target
	case m.Object != nil:
		return m.Object.Target
	}
	return autoscalingv2.MetricTarget{}
}

// TargetText is a target as it could be typed: "70%", "500m", "30/pod".
func TargetText(m autoscalingv2.MetricSpec) string {
	t := TargetOf(m)
	switch {
	case t.AverageUtilization != nil:
		return fmt.Sprintf("%d%%", *t.AverageUtilization)
	case t.AverageValue != nil && (m.External != nil || m.Object != nil):
		return t.AverageValue.String() + perPod
	case t.AverageValue != nil:
		return t.AverageValue.String()
	case t.Value != nil:
		return t.Value.String()
	}
	return ""
}

// Metrics are those of an autoscaler. Without any, the server sets 80% of the requested cpu.
func Metrics(a *autoscalingv2.HorizontalPodAutoscaler) []autoscalingv2.MetricSpec {
	if len(a.Spec.Metrics) > 0 {
		return a.Spec.Metrics
	}
	return []autoscalingv2.MetricSpec{{Type: autoscalingv2.ResourceMetricSourceType, Resource: &autoscalingv2.ResourceMetricSource{
		Name: corev1.ResourceCPU, Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: new(int32(80))},
	}}}
}

// changeMetrics replaces metrics of the same name, adds new ones, and drops those that are to be removed.
func changeMetrics(now []autoscalingv2.MetricSpec, changes []MetricChange) ([]autoscalingv2.MetricSpec, error) {
	next := slices.Clone(now)
	for _, c := range changes {
		name := MetricName(c.MetricSpec)
		at := slices.IndexFunc(next, func(m autoscalingv2.MetricSpec) bool { return MetricName(m) == name })
		switch {
		case c.Remove && at < 0:
			return nil, fmt.Errorf("it has no metric %s to remove", name)
		case c.Remove:
			next = slices.Delete(next, at, at+1)
		case at < 0:
			next = append(next, c.MetricSpec)
		default:
			next[at] = c.MetricSpec
		}
	}
	return next, nil
}
