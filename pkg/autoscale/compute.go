package autoscale

import (
	"slices"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Computation is what the controller computes of a snapshot.
type Computation struct {
	Proposals []Proposal `json:"metrics"`
	// Proposed is the highest of the proposals: what the metrics want.
	Proposed int32 `json:"proposed"`
	// Least and Most are the number that it sets. They differ where the memory of the controller decides.
	Least int32 `json:"least"`
	Most  int32 `json:"most"`
	// Limits keep it from the number that is proposed, or may.
	Limits []Limiter `json:"limits,omitempty"`
	// Off: the target has 0 replicas, so that the autoscaler does nothing. Bounded: the present number is outside the bounds,
	// so that no metric counts. Blocked: a metric fails, and the others would scale down.
	Off     bool `json:"off,omitempty"`
	Bounded bool `json:"bounded,omitempty"`
	Blocked bool `json:"blocked,omitempty"`
	// ChangesWithin is how long it takes at most until the first change towards what the metrics want, if they stay as they
	// are; 0 where nothing delays it.
	ChangesWithin time.Duration `json:"-"`
}

// Certain tells whether the number is known.
func (c Computation) Certain() bool { return c.Least == c.Most }

// Compute computes the number of replicas as the controller does.
// Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/, and for the order of the steps
// reconcileAutoscaler in k8s.io/kubernetes/pkg/controller/podautoscaler/horizontal.go.
func Compute(s Snapshot) Computation {
	least, most := Bounds(s.Autoscaler)
	c := Computation{Least: s.Replicas, Most: s.Replicas, Proposed: s.Replicas}
	switch {
	case s.Replicas == 0 && !s.startsFromZero(least):
		c.Off = true
		return c
	case s.Replicas > most:
		c.Bounded, c.Least, c.Most, c.Limits = true, most, most, []Limiter{LimitMaximum}
		return c
	case s.Replicas > 0 && s.Replicas < least:
		c.Bounded, c.Least, c.Most, c.Limits = true, least, least, []Limiter{LimitMinimum}
		return c
	}
	failed := 0
	proposed := int32(0)
	for _, m := range Metrics(s.Autoscaler) {
		p := s.propose(m)
		c.Proposals = append(c.Proposals, p)
		if p.Error != "" {
			failed++
			continue
		}
		proposed = max(proposed, p.Replicas)
	}
	if failed == len(c.Proposals) || failed > 0 && proposed < s.Replicas {
		c.Blocked = true
		return c
	}
	c.Proposed = proposed
	r, limiters := s.limit(proposed)
	if s.Replicas == 0 && r.most < least {
		r = exactly(least)
	}
	c.Least, c.Most, c.Limits = r.least, r.most, limiters
	c.ChangesWithin = s.delay(proposed, limiters)
	return c
}

// startsFromZero tells whether an autoscaler acts at 0 replicas: it has set the 0 itself, which a condition says, and has a
// metric that is there without pods, or a minimum above 0 by now.
// Source: KEP-2021.
func (s *Snapshot) startsFromZero(least int32) bool {
	zeroed := condition(s.Autoscaler, autoscalingv2.ScaledToZero)
	return zeroed != nil && zeroed.Status == corev1.ConditionTrue && (least != 0 || startsFromZero(s.Autoscaler.Spec.Metrics))
}

// delay is how long stabilization and policies hold the first change back at most.
func (s *Snapshot) delay(proposed int32, limiters []Limiter) (longest time.Duration) {
	up, down := s.windows()
	rules := Rules(s.Autoscaler.Spec.Behavior, proposed > s.Replicas)
	if slices.Contains(limiters, LimitStabilization) {
		longest = down
		if proposed > s.Replicas {
			longest = up
		}
	}
	if slices.Contains(limiters, LimitPolicy) {
		for _, p := range rules.Policies {
			longest = max(longest, time.Duration(p.PeriodSeconds)*time.Second)
		}
	}
	return longest
}

// Remember is the memory after a computation that was carried out: set is the number that was set.
func (m Memory) Remember(s Snapshot, c Computation, set int32) Memory {
	if c.Off || c.Blocked {
		return m
	}
	if !c.Bounded {
		m.Recommendations = append(slices.Clone(m.Recommendations), Recommendation{c.Proposed, s.Now})
	}
	switch {
	case s.Autoscaler.Spec.Behavior == nil: // no policies, and no need
	case set > s.Replicas:
		m.Added = append(slices.Clone(m.Added), ScaleEvent{set - s.Replicas, s.Now})
	case set < s.Replicas:
		m.Removed = append(slices.Clone(m.Removed), ScaleEvent{s.Replicas - set, s.Now})
	}
	return m
}

// milliText is an amount of a resource, or of any other metric, in thousandths.
func milliText(milli int64, name corev1.ResourceName) string {
	if name == corev1.ResourceMemory {
		return resource.NewMilliQuantity(milli, resource.BinarySI).String()
	}
	return resource.NewMilliQuantity(milli, resource.DecimalSI).String()
}
