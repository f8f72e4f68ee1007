package autoscale

import (
	"math"
	"slices"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
)

// Limiter is what keeps the number from the one that the metrics propose. The set is closed.
type Limiter string

// The limiters.
const (
	LimitMinimum       Limiter = "Minimum"
	LimitMaximum       Limiter = "Maximum"
	LimitStabilization Limiter = "Stabilization"
	LimitPolicy        Limiter = "Policy"
	LimitDisabled      Limiter = "Disabled"
)

// span is a number that may not be known: from least to most.
type span struct{ least, most int32 }

func exactly(n int32) span { return span{n, n} }

func (r span) each(limit func(int32) span) span {
	a, b := limit(r.least), limit(r.most)
	return span{min(a.least, b.least), max(a.most, b.most)}
}

// limit brings a proposal to the number that is set: first the stabilization windows, then policies and bounds. A window that
// does not change the number is no limit.
// Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#configurable-scaling-behavior.
func (s *Snapshot) limit(proposed int32) (span, []Limiter) {
	var limiters []Limiter
	stable := s.stabilize(proposed)
	limited := stable.each(func(n int32) span {
		r, by := s.bound(n)
		if by != "" && !slices.Contains(limiters, by) {
			limiters = append(limiters, by)
		}
		return r
	})
	if now, _ := s.bound(proposed); stable != exactly(proposed) && (limited != now || now.least != now.most) {
		limiters = slices.Insert(limiters, 0, LimitStabilization)
	}
	return limited, limiters
}

// windows are the stabilization windows. Without a behavior there is one, for scaling down.
func (s *Snapshot) windows() (up, down time.Duration) {
	b := s.Autoscaler.Spec.Behavior
	if w := Rules(b, true).StabilizationWindowSeconds; w != nil {
		up = time.Duration(*w) * time.Second
	}
	down = s.Controller.DownscaleStabilization
	if w := Rules(b, false).StabilizationWindowSeconds; w != nil {
		down = time.Duration(*w) * time.Second
	}
	return up, down
}

// stabilize takes the highest recommendation of the window for scaling down, the lowest one of the window for scaling up.
// Without a behavior the highest one counts even if it is above the present number. What nobody remembers is a span.
func (s *Snapshot) stabilize(proposed int32) span {
	up, down := s.windows()
	if s.Memory == nil {
		return s.stabilizeUnknown(proposed, up, down)
	}
	lowest, highest := proposed, proposed
	for _, r := range s.Memory.Recommendations {
		if r.Time.After(s.Now.Add(-up)) {
			lowest = min(lowest, r.Replicas)
		}
		if r.Time.After(s.Now.Add(-down)) || s.Autoscaler.Spec.Behavior == nil && r.Time.Equal(s.Now.Add(-down)) {
			highest = max(highest, r.Replicas)
		}
	}
	if s.Autoscaler.Spec.Behavior == nil {
		return exactly(highest)
	}
	return exactly(min(max(s.Replicas, lowest), highest))
}

// stabilizeUnknown is stabilize without the memory. A recommendation above the present number is only left over where the
// controller could not follow it, or where someone else has changed the number since.
func (s *Snapshot) stabilizeUnknown(proposed int32, up, down time.Duration) span {
	r := exactly(proposed)
	switch {
	case proposed < s.Replicas && down > 0:
		r.most = s.Replicas
	case proposed > s.Replicas && up > 0:
		r.least = s.Replicas
	}
	if s.Autoscaler.Spec.Behavior == nil && down > 0 {
		if limited := condition(s.Autoscaler, autoscalingv2.ScalingLimited); limited != nil && limited.Reason == "ScaleUpLimit" {
			_, most := Bounds(s.Autoscaler)
			r.most = max(r.most, most)
		}
		if s.Autoscaler.Status.DesiredReplicas > s.Replicas {
			r.most = max(r.most, s.Autoscaler.Status.DesiredReplicas)
		}
	}
	return r
}

// unchangedFor tells whether the autoscaler has changed nothing for a time, and was there.
func (s *Snapshot) unchangedFor(d time.Duration) bool {
	last := s.Autoscaler.Status.LastScaleTime
	return last == nil || s.Now.Sub(last.Time) >= d
}

// bound brings a number to what policies and bounds allow.
func (s *Snapshot) bound(wanted int32) (span, Limiter) {
	least, most := Bounds(s.Autoscaler)
	b := s.Autoscaler.Spec.Behavior
	if b == nil {
		return s.boundPlain(wanted, least, most)
	}
	switch {
	case wanted > s.Replicas:
		return s.boundUp(wanted, most, Rules(b, true))
	case wanted < s.Replicas:
		return s.boundDown(wanted, least, Rules(b, false))
	}
	return exactly(wanted), ""
}

// boundPlain is bound without a behavior: at most twice the present number, or 4.
func (s *Snapshot) boundPlain(wanted, least, most int32) (span, Limiter) {
	fastest := int32(math.Max(2*float64(s.Replicas), 4))
	switch allowed := min(most, fastest); {
	case wanted < least:
		return exactly(least), LimitMinimum
	case wanted > allowed && most > fastest:
		return exactly(allowed), LimitPolicy
	case wanted > allowed:
		return exactly(allowed), LimitMaximum
	}
	return exactly(wanted), ""
}

func (s *Snapshot) boundUp(wanted, most int32, rules autoscalingv2.HPAScalingRules) (span, Limiter) {
	if disabled(&rules) {
		return exactly(s.Replicas), LimitDisabled
	}
	limits := s.rate(rules, func(start int32, p autoscalingv2.HPAScalingPolicy) int32 {
		if p.Type == autoscalingv2.PercentScalingPolicy {
			return int32(math.Ceil(float64(start) * (1 + float64(p.Value)/100)))
		}
		return start + p.Value
	}, func(a, b int32) int32 { return max(a, b) })
	if limits == nil { // unknown: perhaps none, perhaps all
		return span{s.Replicas, min(wanted, most)}, LimitPolicy
	}
	switch limit := max(*limits, s.Replicas); {
	case wanted <= min(most, limit):
		return exactly(wanted), ""
	case most > limit:
		return exactly(limit), LimitPolicy
	}
	return exactly(most), LimitMaximum
}

func (s *Snapshot) boundDown(wanted, least int32, rules autoscalingv2.HPAScalingRules) (span, Limiter) {
	if disabled(&rules) {
		return exactly(s.Replicas), LimitDisabled
	}
	limits := s.rate(rules, func(start int32, p autoscalingv2.HPAScalingPolicy) int32 {
		if p.Type == autoscalingv2.PercentScalingPolicy {
			return int32(float64(start) * (1 - float64(p.Value)/100)) // toward fewer pods
		}
		return start - p.Value
	}, func(a, b int32) int32 { return min(a, b) })
	if limits == nil {
		return span{max(wanted, least), s.Replicas}, LimitPolicy
	}
	switch limit := min(*limits, s.Replicas); {
	case wanted >= max(least, limit):
		return exactly(wanted), ""
	case least < limit:
		return exactly(limit), LimitPolicy
	}
	return exactly(least), LimitMinimum
}

// rate is how far the policies allow to go: from the number at the start of the period of each, by the policy that allows the
// most or, with selectPolicy Min, the least. nil if the changes of a period are not known.
func (s *Snapshot) rate(rules autoscalingv2.HPAScalingRules, allows func(start int32, p autoscalingv2.HPAScalingPolicy) int32, further func(a, b int32) int32) *int32 {
	least := rules.SelectPolicy != nil && *rules.SelectPolicy == autoscalingv2.MinChangePolicySelect
	var found *int32
	for _, p := range rules.Policies {
		start, known := s.startOf(time.Duration(p.PeriodSeconds) * time.Second)
		if !known {
			return nil
		}
		n := allows(start, p)
		switch {
		case found == nil:
		case least && further(*found, n) == n, !least && further(*found, n) == *found:
			continue
		}
		found = &n
	}
	return found
}

// startOf is the number of replicas at the start of a period.
func (s *Snapshot) startOf(period time.Duration) (n int32, known bool) {
	if s.Memory == nil {
		return s.Replicas, s.unchangedFor(period)
	}
	n = s.Replicas
	for _, e := range s.Memory.Added {
		if e.Time.After(s.Now.Add(-period)) {
			n -= e.Change
		}
	}
	for _, e := range s.Memory.Removed {
		if e.Time.After(s.Now.Add(-period)) {
			n += e.Change
		}
	}
	return n, true
}
