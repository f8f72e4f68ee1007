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

// Text is a state as a person reads it.
func (s State) Text() string {
	if s == NoNumber {
		return "no number"
	}
	return strings.ToLower(string(s))
}

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

	autoscaler *autoscalingv2.HorizontalPodAutoscaler
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
		Status: StatusText(a), Uncomputed: WhyUncomputed(a), autoscaler: a,
	}
	_, paused := PausedFor(a)
	limited := condition(a, autoscalingv2.ScalingLimited)
	able := condition(a, autoscalingv2.AbleToScale)
	if able != nil && able.Reason == "SucceededRescale" && r.Uncomputed == nil { // it has set the number that it wanted
		r.Replicas = a.Status.DesiredReplicas
	}
	atLeast := r.Replicas == least && a.Status.DesiredReplicas == least
	switch {
	case r.Uncomputed != nil && r.Uncomputed.Cause == TargetMissing:
		r.uncomputed()
		r.Replicas, r.Running, r.Status = 0, 0, ""
	case paused:
		r.State, r.Message = Paused, "kubectl app scale --take-over has paused it"
		r.Next = []string{fmt.Sprintf("kubectl app scale %s -n %s --restore", r.Target, a.Namespace)}
	case r.Uncomputed != nil:
		r.uncomputed()
	case IsOff(a):
		r.off()
	case atLeast && (limited != nil && limited.Reason == "TooFewReplicas" || able != nil && able.Reason == "ScaleDownStabilized"):
		r.State, r.Message = Steady, fmt.Sprintf("the metrics want fewer than the minimum of %d", least)
	case limited != nil && limited.Status == "True":
		r.State, r.Message = Limited, limited.Message
		if limited.Reason == "TooManyReplicas" {
			r.Message, r.Next = fmt.Sprintf("the metrics want more than the maximum of %d", most), []string{r.raise()}
		}
	case able != nil && strings.HasSuffix(able.Reason, "Stabilized"):
		r.State, r.Message = Limited, able.Message
	case a.Status.DesiredReplicas != a.Status.CurrentReplicas:
		r.State, r.Message = Scaling, fmt.Sprintf("%d -> %s", a.Status.CurrentReplicas, replicas(a.Status.DesiredReplicas))
	default:
		r.State, r.Message = Steady, fit(a.Status.CurrentReplicas)
	}
	return r
}

// replicas is a number of them.
func replicas(n int32) string { return workload.Plural(int(n), "replica", "replicas") }

// fit says that the metrics want the number that is set.
func fit(n int32) string {
	return workload.Plural(int(n), "replica fits", "replicas fit") + " the metrics"
}

// uncomputed: the controller has no number.
func (r *Report) uncomputed() {
	r.State, r.Message, r.Next = NoNumber, string(r.Uncomputed.Cause)+": "+r.Uncomputed.Message, r.Uncomputed.Next
	if r.Uncomputed.Cause.Heals() {
		r.State = Waiting
	}
}

// off: the target has 0 replicas.
func (r *Report) off() {
	r.State, r.Message = Off, fmt.Sprintf("%s has 0 replicas", r.Target)
	maker, there := Maker(r.autoscaler)
	switch {
	case maker != "": // it may have set the 0
		r.Next = []string{there}
	case !ScalesWorkload(r.autoscaler):
		r.Next = []string{fmt.Sprintf("kubectl scale %s -n %s --replicas=%d", r.Target, r.Target.Namespace, max(r.Min, 1))}
	default: // the number may be remembered
		r.Next = []string{fmt.Sprintf("kubectl app why %s -n %s", r.Target, r.Target.Namespace)}
	}
}

// offSince is off where it is known what the target has remembered; 0 is nothing.
func (r *Report) offSince(remembered int32) {
	r.off()
	if !ScalesWorkload(r.autoscaler) || ScaledObject(r.autoscaler) != "" {
		return
	}
	command := fmt.Sprintf("kubectl app scale %s -n %s", r.Target, r.Target.Namespace)
	if remembered > 0 {
		r.Message += fmt.Sprintf("; --to-zero has remembered %d", remembered)
		r.Next = []string{command + " --restore"}
		return
	}
	r.Next = []string{command + fmt.Sprintf(" --replicas=%d", max(r.Min, 1))}
}

// change is the command that changes the autoscaler by a flag. That of a controller is changed there.
func (r *Report) change(flag string) string {
	maker, there := Maker(r.autoscaler)
	switch {
	case maker != "":
		return there
	case !ScalesWorkload(r.autoscaler):
		return fmt.Sprintf("kubectl edit %s -n %s", r.Object, r.Object.Namespace)
	}
	return fmt.Sprintf("kubectl app autoscale %s -n %s --name=%s %s", r.Target, r.Object.Namespace, r.Object.Name, flag)
}

// raise is the command that gives an autoscaler a higher maximum.
func (r *Report) raise() string {
	wanted := r.Max + 1
	if r.Computed != nil {
		wanted = max(wanted, r.Computed.Proposed)
	}
	return r.change(fmt.Sprintf("--max=%d", wanted))
}
