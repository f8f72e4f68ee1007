package autoscale

import (
	"fmt"
	"slices"
	"strings"
)

// Explain explains an autoscaler by the arithmetic of the controller.
func Explain(s Snapshot) Report {
	r := ByStatus(s.Autoscaler, s.Now)
	if s.Gone {
		r.Uncomputed = targetMissing(s.Autoscaler, r.Target.String()+" is not there")
		r.uncomputed()
		r.Replicas, r.Running, r.Status = 0, 0, ""
		return r
	}
	c := Compute(s)
	r.Computed, r.Replicas, r.Running = &c, s.Replicas, s.Running
	failed := r.Uncomputed
	switch {
	case r.State == Paused:
	case c.Off:
		r.offSince(s.Remembered)
	case c.Blocked:
		r.explainBlocked(&c)
	case failed != nil && !failed.Cause.Heals(): // what the controller can't do, the numbers do not tell
	default:
		r.State, r.Next = Steady, nil
		r.explainNumber(&s, &c)
		if failed != nil {
			r.Notes = append(r.Notes, "its status still says that it has no number ("+string(failed.Cause)+"): the next computation should have one")
			r.Uncomputed = nil
		}
	}
	return r
}

// unread are the metrics without a value; "" if all have one.
func (c *Computation) unread() string {
	var names []string
	for _, p := range c.Proposals {
		if p.Error != "" {
			names = append(names, p.Metric)
		}
	}
	return strings.Join(names, ", ")
}

// explainBlocked: metrics fail, so that the number stays.
func (r *Report) explainBlocked(c *Computation) {
	unread := c.unread() + " can't be read"
	switch {
	case r.Uncomputed == nil && r.State != Off:
		r.Notes = append(r.Notes, unread+" here: the number is the one of its status, and the controller could read it then")
		return
	case r.Uncomputed == nil:
		r.State, r.Message = NoNumber, unread
	case r.Uncomputed.Cause.Heals():
		r.State = Waiting
	default:
		r.State = NoNumber
	}
	if slices.ContainsFunc(c.Proposals, func(p Proposal) bool { return p.Error == "" }) {
		r.Message += "; the other metrics want fewer replicas, but it does not scale down while " + unread
	}
	if len(r.Next) == 0 {
		r.Next = []string{"kubectl describe " + r.Object.String() + " -n " + r.Object.Namespace}
	}
}

// explainNumber says what becomes of the number, and what limits it.
func (r *Report) explainNumber(s *Snapshot, c *Computation) {
	if unread := c.unread(); unread != "" {
		r.Notes = append(r.Notes, unread+" has no value: it does not scale down while that is so")
	}
	change := fmt.Sprintf("%d -> %s", s.Replicas, replicas(c.Most))
	if c.Most < s.Replicas || !c.Certain() && c.Least < s.Replicas {
		change = fmt.Sprintf("%d -> %s", s.Replicas, replicas(c.Least))
	}
	if c.Bounded {
		r.State, r.Message = Scaling, fmt.Sprintf("%s at once: the number is outside the bounds", change)
		return
	}
	wants := fmt.Sprintf("the metrics want %d", c.Proposed)
	switch {
	case len(c.Limits) == 0 && c.Least == s.Replicas && c.Certain():
		r.Message = fit(s.Replicas)
		return
	case len(c.Limits) == 0:
		r.State, r.Message = Scaling, change+" with the next computation"
		return
	}
	r.State = Limited
	if c.ChangesWithin > 0 {
		r.Delay = short(c.ChangesWithin)
	}
	var why []string
	for _, l := range c.Limits {
		why = append(why, r.because(l, s, c))
	}
	r.Message = wants + "; " + strings.Join(why, "; ")
	if c.Certain() && c.Least != s.Replicas {
		r.Message += ": " + change + " with the next computation"
	}
	if !c.Certain() {
		r.Message += fmt.Sprintf(": between %d and %d now, since what the controller remembers can't be seen", c.Least, c.Most)
	}
}

// because says what a limiter does, and adds the command that lifts it.
func (r *Report) because(l Limiter, s *Snapshot, c *Computation) string {
	up := c.Proposed > s.Replicas
	flag, word := "--scale-down", "down"
	if up {
		flag, word = "--scale-up", "up"
	}
	rules := Rules(s.Autoscaler.Spec.Behavior, up)
	switch l {
	case LimitMaximum:
		r.Next = append(r.Next, r.raise())
		return fmt.Sprintf("the maximum is %d", r.Max)
	case LimitMinimum:
		if s.Replicas == r.Min {
			r.State = Steady
		}
		return fmt.Sprintf("the minimum is %d", r.Min)
	case LimitDisabled:
		r.Next = append(r.Next, r.change(flag+"=default"))
		return "scaling " + word + " is disabled"
	case LimitStabilization:
		upWindow, down := s.windows()
		if up {
			return fmt.Sprintf("the lowest number of the last %s counts, so that it scales up when the metrics have wanted that for so long", short(upWindow))
		}
		return fmt.Sprintf("the highest number of the last %s counts, so that it scales down when the metrics have wanted that for so long", short(down))
	case LimitPolicy:
		var policies []string
		for _, p := range rules.Policies {
			policies = append(policies, PolicyText(p))
		}
		if s.Autoscaler.Spec.Behavior == nil {
			return "it at most doubles the number at a time, or goes to 4"
		}
		return fmt.Sprintf("it scales %s at most by %s", word, strings.Join(policies, " or "))
	}
	return string(l)
}
