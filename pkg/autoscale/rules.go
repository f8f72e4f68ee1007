package autoscale

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/resource"
)

// The bounds of the server. Source: ValidateHorizontalPodAutoscaler in k8s.io/kubernetes/pkg/apis/autoscaling/validation.
const (
	longestPeriod = 30 * time.Minute
	longestWindow = time.Hour
)

// ruleForms are shown where --scale-up or --scale-down can't be read.
const ruleForms = "give policies such as 4/15s or 50%/1m, window=5m, min or max, or else disabled or default"

// ParseRules reads --scale-up and --scale-down: words between commas. 4/15s allows 4 pods in 15 seconds, 50%/1m half as many
// pods as there are in a minute; max (the default) takes the policy that allows the most, min the one that allows the
// least. window=5m is the stabilization window. "disabled" allows no change. "default" is none of these: the rules of the server.
func ParseRules(text string) (*autoscalingv2.HPAScalingRules, error) {
	rules := &autoscalingv2.HPAScalingRules{}
	words := strings.Split(text, ",")
	for _, word := range words {
		word = strings.TrimSpace(word)
		alone := false
		switch word {
		case "default":
			alone = true
		case "disabled":
			alone = true
			rules.SelectPolicy = new(autoscalingv2.DisabledPolicySelect)
		case "min":
			rules.SelectPolicy = new(autoscalingv2.MinChangePolicySelect)
		case "max":
			rules.SelectPolicy = new(autoscalingv2.MaxChangePolicySelect)
		default:
			if err := addRule(rules, word); err != nil {
				return nil, err
			}
		}
		if alone && len(words) > 1 {
			return nil, fmt.Errorf("%s stands alone, and not beside other words", word)
		}
	}
	return rules, nil
}

func addRule(rules *autoscalingv2.HPAScalingRules, word string) error {
	if text, ok := strings.CutPrefix(word, "window="); ok {
		d, err := parsePeriod(text)
		if err != nil || d > longestWindow {
			return fmt.Errorf("window=%s is not a stabilization window: give whole seconds up to 1h, such as window=5m; window=0 is none", text)
		}
		rules.StabilizationWindowSeconds = new(int32(d / time.Second))
		return nil
	}
	amount, period, ok := strings.Cut(word, "/")
	if !ok {
		return fmt.Errorf("%q is not a rule: %s", word, ruleForms)
	}
	policy := autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PodsScalingPolicy}
	number, percent := strings.CutSuffix(amount, "%")
	if percent {
		policy.Type = autoscalingv2.PercentScalingPolicy
	}
	n, err := strconv.ParseInt(number, 10, 32)
	d, badPeriod := parsePeriod(period)
	if err != nil || n < 1 || badPeriod != nil || d < time.Second || d > longestPeriod {
		return fmt.Errorf("%q is not a policy: give a number of pods or a percentage, and a period of whole seconds up to 30m: 4/15s or 50%%/1m", word)
	}
	policy.Value, policy.PeriodSeconds = int32(n), int32(d/time.Second)
	rules.Policies = append(rules.Policies, policy)
	return nil
}

// parsePeriod reads a duration of whole seconds.
func parsePeriod(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d%time.Second != 0 {
		return 0, fmt.Errorf("%s is not a duration of whole seconds", text)
	}
	return d, nil
}

// Tolerance is how far the ratio of a metric to its target may be from 1 with no change of the replicas, for each direction;
// a quantity: 0.05 is 5%. An empty one is the default of the cluster, mostly 0.1.
type Tolerance struct{ Up, Down *resource.Quantity }

// toleranceForms are shown where --tolerance can't be read.
const toleranceForms = "give 5%, or up=5%,down=20%, or default"

// ParseTolerance reads --tolerance. now is what a direction that is not named keeps.
func ParseTolerance(text string) (change func(now Tolerance) Tolerance, err error) {
	if !strings.Contains(text, "=") {
		q, err := parseTolerance(text)
		return func(Tolerance) Tolerance { return Tolerance{q, q} }, err
	}
	given := map[string]*resource.Quantity{}
	for _, word := range strings.Split(text, ",") {
		direction, value, _ := strings.Cut(strings.TrimSpace(word), "=")
		if _, twice := given[direction]; twice || direction != "up" && direction != "down" {
			return nil, fmt.Errorf("%s is not a tolerance: %s", text, toleranceForms)
		}
		q, err := parseTolerance(value)
		if err != nil {
			return nil, err
		}
		given[direction] = q
	}
	return func(now Tolerance) Tolerance {
		if q, ok := given["up"]; ok {
			now.Up = q
		}
		if q, ok := given["down"]; ok {
			now.Down = q
		}
		return now
	}, nil
}

func parseTolerance(text string) (*resource.Quantity, error) {
	if text == "default" {
		return nil, nil
	}
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	f, err := strconv.ParseFloat(number, 64)
	switch {
	case err == nil && !percent && f >= 1: // the API takes a factor
		return nil, fmt.Errorf("%s without a unit is %g%%: write %s%%", text, f*100, text)
	case !percent:
		f *= 100
	}
	if err != nil || f < 0 || f >= 1000 {
		return nil, fmt.Errorf("%s is not a tolerance: %s", text, toleranceForms)
	}
	return resource.NewMilliQuantity(int64(f*10+0.5), resource.DecimalSI), nil
}

// Rules are those of one direction, with the defaults of the server. behavior may be nil. The stabilization window of scaling
// down is nil where the cluster decides: mostly 5 minutes.
// Source: k8s.io/kubernetes/pkg/apis/autoscaling/v2/defaults.go.
func Rules(behavior *autoscalingv2.HorizontalPodAutoscalerBehavior, up bool) autoscalingv2.HPAScalingRules {
	defaults := autoscalingv2.HPAScalingRules{
		SelectPolicy: new(autoscalingv2.MaxChangePolicySelect),
		Policies:     []autoscalingv2.HPAScalingPolicy{{Type: autoscalingv2.PercentScalingPolicy, Value: 100, PeriodSeconds: 15}},
	}
	var own *autoscalingv2.HPAScalingRules
	if up {
		defaults.StabilizationWindowSeconds = new(int32(0))
		defaults.Policies = []autoscalingv2.HPAScalingPolicy{{Type: autoscalingv2.PodsScalingPolicy, Value: 4, PeriodSeconds: 15}, defaults.Policies[0]}
	}
	if behavior != nil {
		own = behavior.ScaleDown
		if up {
			own = behavior.ScaleUp
		}
	}
	if own == nil {
		return defaults
	}
	rules := *own.DeepCopy()
	if rules.SelectPolicy == nil {
		rules.SelectPolicy = defaults.SelectPolicy
	}
	if rules.StabilizationWindowSeconds == nil {
		rules.StabilizationWindowSeconds = defaults.StabilizationWindowSeconds
	}
	if rules.Policies == nil {
		rules.Policies = defaults.Policies
	}
	return rules
}

// RulesText are rules as they could be typed.
func RulesText(r autoscalingv2.HPAScalingRules) string {
	if disabled(&r) {
		return "disabled"
	}
	var words []string
	for _, p := range r.Policies {
		words = append(words, PolicyText(p))
	}
	if len(r.Policies) > 1 && r.SelectPolicy != nil {
		words = append(words, strings.ToLower(string(*r.SelectPolicy)))
	}
	if w := r.StabilizationWindowSeconds; w != nil {
		words = append(words, "window="+short(time.Duration(*w)*time.Second))
	}
	return strings.Join(words, ",")
}

// PolicyText is a policy as it could be typed: "4/15s".
func PolicyText(p autoscalingv2.HPAScalingPolicy) string {
	percent := ""
	if p.Type == autoscalingv2.PercentScalingPolicy {
		percent = "%"
	}
	return fmt.Sprintf("%d%s/%s", p.Value, percent, short(time.Duration(p.PeriodSeconds)*time.Second))
}

// short is a duration without its parts that are 0: 5m, not 5m0s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func percentText(q *resource.Quantity) string {
	if q == nil {
		return "default"
	}
	return fmt.Sprintf("%g%%", float64(q.MilliValue())/10)
}
