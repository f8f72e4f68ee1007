package autoscale

import (
	"fmt"
	"strings"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ReportKind is the kind of a Report, ListKind that of a List.
const (
	ReportKind = "AutoscalerReport"
	ListKind   = "AutoscalerList"
)

// State is what an autoscaler does now. The set is closed.
type State string

// The states.
const (
	Steady   State = "Steady"   // the number is the one that the metrics want
	Scaling  State = "Scaling"  // the next computation changes the number
	Limited  State = "Limited"  // bounds, rules or windows keep it from the number that the metrics want
	Waiting  State = "Waiting"  // it has no number yet, and the cause may go away by itself
	NoNumber State = "NoNumber" // it computes no number
	Off      State = "Off"      // the target has 0 replicas
	Paused   State = "Paused"   // kubectl app scale --take-over has paused it
)

// Report explains one autoscaler. Its JSON is a contract: docs/schema/autoscaler-report.v1alpha1.json.
type Report struct {
	APIVersion string       `json:"apiVersion,omitempty"`
	Kind       string       `json:"kind,omitempty"`
	Object     workload.Ref `json:"object"`
	Target     workload.Ref `json:"target"`
	Time       time.Time    `json:"time"`
	State      State        `json:"state"`
	// Message is the state in a sentence.
	Message string `json:"message"`
	Min     int32  `json:"min"`
	Max     int32  `json:"max"`
	// Replicas is the number that is set; Running are the pods that there are.
	Replicas int32 `json:"replicas"`
	Running  int32 `json:"running"`
	// Computed is the arithmetic; nil where only the status of the autoscaler could be read.
	Computed *Computation `json:"computed,omitempty"`
	// Status is what the controller has written last.
	Status string `json:"status"`
	// Uncomputed is why the controller has no number.
	Uncomputed *Uncomputed `json:"uncomputed,omitempty"`
	// Delay is how long at most until the number changes for the first time, if the metrics stay; "" where nothing delays it.
	Delay string   `json:"delay,omitempty"`
	Next  []string `json:"next,omitempty"`
	// Notes limit what the report can say.
	Notes []string `json:"notes,omitempty"`
}

// List has a report on each autoscaler of a namespace.
type List struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Namespace  string   `json:"namespace"`
	Items      []Report `json:"items"`
}

// ByStatus explains an autoscaler by nothing but itself: what the controller has written into its status.
func ByStatus(a *autoscalingv2.HorizontalPodAutoscaler, now time.Time) Report {
	least, most := Bounds(a)
	r := Report{
		Object: workload.Ref{Kind: "HorizontalPodAutoscaler", Namespace: a.Namespace, Name: a.Name},
		Target: workload.Ref{Kind: a.Spec.ScaleTargetRef.Kind, Namespace: a.Namespace, Name: a.Spec.ScaleTargetRef.Name},
		Time:   now, Min: least, Max: most, Replicas: a.Status.CurrentReplicas, Running: a.Status.CurrentReplicas,
		Status: StatusText(a), Uncomputed: WhyUncomputed(a),
	}
	in := " -n " + a.Namespace
	n, paused := PausedFor(a)
	limited := condition(a, autoscalingv2.ScalingLimited)
	able := condition(a, autoscalingv2.AbleToScale)
	atLeast := a.Status.CurrentReplicas == least && a.Status.DesiredReplicas == least
	switch {
	case paused:
		r.State, r.Message = Paused, fmt.Sprintf("paused at %s by kubectl app scale --take-over", workload.Plural(int(n), "replica", "replicas"))
		r.Next = []string{fmt.Sprintf("kubectl app scale %s%s --restore", r.Target, in)}
	case r.Uncomputed != nil:
		r.State, r.Message, r.Next = NoNumber, "no number ("+string(r.Uncomputed.Cause)+"): "+r.Uncomputed.Message, r.Uncomputed.Next
		if r.Uncomputed.Cause.Heals() {
			r.State = Waiting
		}
	case IsOff(a):
		r.State, r.Message = Off, fmt.Sprintf("off: %s has 0 replicas", r.Target)
		r.Next = []string{fmt.Sprintf("kubectl app scale %s%s --replicas=%d", r.Target, in, max(least, 1))}
	case atLeast && (limited != nil && limited.Reason == "TooFewReplicas" || able != nil && able.Reason == "ScaleDownStabilized"):
		r.State, r.Message = Steady, fmt.Sprintf("the metrics want fewer than the minimum of %d", least)
	case limited != nil && limited.Status == "True":
		r.State, r.Message = Limited, limited.Message
		if limited.Reason == "TooManyReplicas" {
			r.Message, r.Next = fmt.Sprintf("the metrics want more than the maximum of %d", most), []string{raise(&r)}
		}
	case able != nil && strings.HasSuffix(able.Reason, "Stabilized"):
		r.State, r.Message = Limited, able.Message
	case a.Status.DesiredReplicas != a.Status.CurrentReplicas:
		r.State, r.Message = Scaling, fmt.Sprintf("%d -> %d replicas", a.Status.CurrentReplicas, a.Status.DesiredReplicas)
	default:
		r.State, r.Message = Steady, workload.Plural(int(a.Status.CurrentReplicas), "replica", "replicas")+" fit the metrics"
	}
	return r
}

// raise is the command that gives an autoscaler a higher maximum.
func raise(r *Report) string {
	return fmt.Sprintf("kubectl app autoscale %s -n %s --name=%s --max=%d", r.Target, r.Object.Namespace, r.Object.Name, max(r.Max+1, r.wanted()))
}

func (r *Report) wanted() int32 {
	if r.Computed == nil {
		return 0
	}
	return r.Computed.Proposed
}

// Explain explains an autoscaler by the arithmetic of the controller.
func Explain(s Snapshot) Report {
	r := ByStatus(s.Autoscaler, s.Now)
	c := Compute(s)
	r.Computed, r.Replicas, r.Running = &c, s.Replicas, s.Running
	failed := r.Uncomputed
	switch {
	case r.State == Paused:
	case c.Off:
		r.State, r.Message = Off, fmt.Sprintf("off: %s has 0 replicas", r.Target)
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

// explainBlocked: metrics fail, so that the number stays.
func (r *Report) explainBlocked(c *Computation) {
	var names []string
	for _, p := range c.Proposals {
		if p.Error != "" {
			names = append(names, p.Metric)
		}
	}
	unread := strings.Join(names, ", ") + " can't be read"
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
	if len(names) < len(c.Proposals) {
		r.Message += "; the other metrics want fewer replicas, but it does not scale down while " + unread
	}
	if len(r.Next) == 0 {
		r.Next = []string{"kubectl describe " + r.Object.String() + " -n " + r.Object.Namespace}
	}
}

// explainNumber says what becomes of the number, and what limits it.
func (r *Report) explainNumber(s *Snapshot, c *Computation) {
	change := fmt.Sprintf("%d -> %d replicas", s.Replicas, c.Most)
	if c.Most < s.Replicas || !c.Certain() && c.Least < s.Replicas {
		change = fmt.Sprintf("%d -> %d replicas", s.Replicas, c.Least)
	}
	if c.Bounded {
		r.State, r.Message = Scaling, fmt.Sprintf("%s at once: the number is outside the bounds", change)
		return
	}
	wants := fmt.Sprintf("the metrics want %d", c.Proposed)
	switch {
	case len(c.Limits) == 0 && c.Least == s.Replicas && c.Certain():
		r.Message = fmt.Sprintf("%s fit the metrics", workload.Plural(int(s.Replicas), "replica", "replicas"))
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
	in, up := " -n "+r.Object.Namespace, c.Proposed > s.Replicas
	command := fmt.Sprintf("kubectl app autoscale %s%s --name=%s", r.Target, in, r.Object.Name)
	flag, word := "--scale-down", "down"
	if up {
		flag, word = "--scale-up", "up"
	}
	rules := Rules(s.Autoscaler.Spec.Behavior, up)
	switch l {
	case LimitMaximum:
		r.Next = append(r.Next, raise(r))
		return fmt.Sprintf("the maximum is %d", r.Max)
	case LimitMinimum:
		if s.Replicas == r.Min {
			r.State = Steady
		}
		return fmt.Sprintf("the minimum is %d", r.Min)
	case LimitDisabled:
		r.Next = append(r.Next, command+" "+flag+"=default")
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
