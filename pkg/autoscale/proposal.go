package autoscale

import (
	"errors"
	"fmt"
	"math"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
)

// Proposal is the number that one metric alone would have.
type Proposal struct {
	Metric string `json:"metric"`
	Target string `json:"target"`
	// Value is that of the pods that count, Ratio its ratio to the target; 0 and "" with an Error. Counted is the ratio that
	// decides, where pods that do not count are assumed to use all or nothing.
	Value   string  `json:"value,omitempty"`
	Ratio   float64 `json:"ratio,omitempty"`
	Counted float64 `json:"counted,omitempty"`
	// Replicas is the number. Kept says why it is the present one although the ratio is not 1.
	Replicas int32  `json:"replicas,omitempty"`
	Kept     string `json:"kept,omitempty"`
	// Pods is how many pods count.
	Pods int       `json:"pods,omitempty"`
	Left []LeftOut `json:"leftOut,omitempty"`
	// Error is why the metric proposes nothing, in the words of the controller.
	Error string `json:"error,omitempty"`
}

// Why a metric keeps the number. The set is closed.
const (
	KeptWithin  = "within the tolerance"
	KeptReverse = "the pods that do not count would turn the direction"
)

// propose computes the number of one metric.
func (s *Snapshot) propose(m autoscalingv2.MetricSpec) Proposal {
	p := Proposal{Metric: MetricName(m), Target: TargetText(m)}
	var err error
	switch name, container := resourceOf(m); {
	case name != "":
		values := s.usage(name, container)
		switch {
		case s.UsageError != "":
			err = fmt.Errorf("unable to fetch metrics from resource metrics API: %s", s.UsageError)
		case len(s.Usage) == 0:
			err = errors.New("no metrics returned from resource metrics API")
		default:
			err = s.proposeByPods(&p, values, s.scaleOf(m))
		}
	case m.Pods != nil:
		if err = s.value(p.Metric, "custom"); err == nil {
			values := map[string]measured{}
			for pod, value := range s.Values[p.Metric].Pods {
				values[pod] = measured{value: value}
			}
			err = s.proposeByPods(&p, values, s.scaleOf(m))
		}
	case m.Object != nil:
		if err = s.value(p.Metric, "custom"); err == nil {
			err = s.proposeByWhole(&p, m.Object.Target)
		}
	case m.External != nil:
		if err = s.value(p.Metric, "external"); err == nil {
			err = s.proposeByWhole(&p, m.External.Target)
		}
	default:
		err = fmt.Errorf("unknown metric source type %q", m.Type)
	}
	if err != nil {
		p.Error, p.Replicas = err.Error(), 0
	}
	return p
}

// value tells why a metric has none; nil if it has one.
func (s *Snapshot) value(name, api string) error {
	switch v, ok := s.Values[name]; {
	case !ok:
		return fmt.Errorf("no metrics returned from %s metrics API", api)
	case v.Error != "":
		return fmt.Errorf("unable to fetch metrics from %s metrics API: %s", api, v.Error)
	}
	return nil
}

// scale turns values of pods into the ratio to the target.
type scale struct {
	// ratio of the values to the target, and the value as the status has it.
	ratio func(values map[string]measured) (ratio float64, value string, err error)
	// whole is what a pod without a value is assumed to use when the others are below the target.
	whole func(pod string) int64
	group podGroups
}

// scaleOf is how the pods of a metric are compared with its target: with their requests, or with an amount.
func (s *Snapshot) scaleOf(m autoscalingv2.MetricSpec) func(values map[string]measured) (scale, error) {
	name, container := resourceOf(m)
	target := TargetOf(m)
	return func(values map[string]measured) (scale, error) {
		group := s.group(values, name)
		if target.AverageUtilization == nil {
			want := target.AverageValue.MilliValue()
			return scale{group: group, whole: func(string) int64 { return want }, ratio: func(values map[string]measured) (float64, string, error) {
				mean := sumOf(values) / int64(len(values))
				return float64(mean) / float64(want), milliText(mean, name), nil
			}}, nil
		}
		requests, err := s.requests(name, container)
		want := *target.AverageUtilization
		return scale{
			group: group,
			// The target where it is above 100%: a scale down is never caused by pods without metrics.
			whole: func(pod string) int64 { return requests[pod] * int64(max(100, want)) / 100 },
			ratio: func(values map[string]measured) (float64, string, error) {
				if err != nil {
					return 0, "", err
				}
				used, requested := int64(0), int64(0)
				for pod, v := range values {
					if request, known := requests[pod]; known {
						used, requested = used+v.value, requested+request
					}
				}
				if requested == 0 {
					return 0, "", errors.New("no metrics returned matched known pods")
				}
				percent := int32(used * 100 / requested) // a whole number, as in the status
				return float64(percent) / float64(want), fmt.Sprintf("%d%%", percent), nil
			},
		}, nil
	}
}

func sumOf(values map[string]measured) (sum int64) {
	for _, v := range values {
		sum += v.value
	}
	return sum
}

// proposeByPods scales by the mean of the pods that count: ready × ratio, rounded up. If pods have no metrics, or have just
// started while the ratio is above 1, the ratio is computed again: pods without metrics are assumed to use all of the target
// when scaling down and nothing when scaling up, pods that have just started nothing. This only dampens: if it would turn the direction,
// nothing changes.
// Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#algorithm-details.
func (s *Snapshot) proposeByPods(p *Proposal, values map[string]measured, with func(map[string]measured) (scale, error)) error {
	if len(s.Pods) == 0 {
		return errors.New("no pods returned by selector while calculating replica count")
	}
	by, err := with(values)
	if err != nil {
		return err
	}
	g := by.group
	p.Pods, p.Left = g.ready, g.left
	for pod := range values {
		if g.ignored[pod] || g.unready[pod] {
			delete(values, pod)
		}
	}
	if len(values) == 0 {
		return errors.New("did not receive metrics for targeted pods (pods might be unready)")
	}
	ratio, value, err := by.ratio(values)
	if err != nil {
		return err
	}
	p.Ratio, p.Counted, p.Value = ratio, ratio, value
	starting := len(g.unready) > 0 && ratio > 1
	if !starting && len(g.missing) == 0 {
		if p.keep(s, s.within(ratio), KeptWithin) {
			return nil
		}
		p.Replicas = ceil(ratio * float64(g.ready))
		return nil
	}
	for pod := range g.missing {
		switch {
		case ratio < 1:
			values[pod] = measured{value: by.whole(pod)}
		case ratio > 1:
			values[pod] = measured{}
		}
	}
	if starting {
		for pod := range g.unready {
			values[pod] = measured{}
		}
	}
	counted, _, err := by.ratio(values)
	if err != nil {
		return err
	}
	p.Counted = counted
	if p.keep(s, s.within(counted), KeptWithin) || p.keep(s, ratio < 1 && counted > 1 || ratio > 1 && counted < 1, KeptReverse) {
		return nil
	}
	replicas := ceil(counted * float64(len(values)))
	if p.keep(s, counted < 1 && replicas > s.Replicas || counted > 1 && replicas < s.Replicas, KeptReverse) {
		return nil
	}
	p.Replicas = replicas
	return nil
}

func (p *Proposal) keep(s *Snapshot, keeps bool, why string) bool {
	if keeps {
		p.Replicas = s.Replicas
		if p.Counted != 1 {
			p.Kept = why
		}
	}
	return keeps
}

// proposeByWhole scales by one value: ready pods × ratio or, for a target of each pod, value / target. At 0 replicas a ratio is
// the number, with no tolerance.
func (s *Snapshot) proposeByWhole(p *Proposal, target autoscalingv2.MetricTarget) error {
	value := s.Values[p.Metric].Whole
	if target.AverageValue != nil {
		want := target.AverageValue.MilliValue()
		ratio := float64(value) / (float64(want) * float64(s.Running))
		p.Value, p.Ratio, p.Counted = milliText(int64(math.Ceil(float64(value)/float64(s.Running))), ""), ratio, ratio
		if s.Running == 0 {
			p.Value, p.Ratio, p.Counted = milliText(value, ""), 0, 0
		}
		if s.within(ratio) {
			p.Replicas, p.Kept = s.Running, KeptWithin
			return nil
		}
		p.Replicas = ceil(float64(value) / float64(want))
		return nil
	}
	ratio := float64(value) / float64(target.Value.MilliValue())
	p.Value, p.Ratio, p.Counted = milliText(value, ""), ratio, ratio
	if s.Replicas == 0 {
		p.Replicas = ceil(ratio)
		return nil
	}
	if p.keep(s, s.within(ratio), KeptWithin) {
		return nil
	}
	if len(s.Pods) == 0 {
		return errors.New("no pods returned by selector while calculating replica count")
	}
	for _, pod := range s.Pods {
		if ready := readyCondition(pod); pod.Status.Phase == "Running" && ready != nil && ready.Status == "True" {
			p.Pods++
		}
	}
	p.Replicas = ceil(ratio * float64(p.Pods))
	return nil
}

func ceil(f float64) int32 {
	return int32(min(math.Ceil(f), math.MaxInt32))
}
