package autoscaler

import (
	"testing"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// When a status is about the autoscaler as it was written at 12:00:00. The controller counts generations from 1.37 on, but not
// where it can't read the scale of the target.
func TestObserved(t *testing.T) {
	at := func(second int) metav1.Time { return metav1.NewTime(time.Date(2026, 1, 1, 12, 0, second, 0, time.UTC)) }
	gone := func(second int) []autoscalingv2.HorizontalPodAutoscalerCondition {
		return []autoscalingv2.HorizontalPodAutoscalerCondition{{Type: autoscalingv2.AbleToScale, Status: corev1.ConditionFalse, Reason: "FailedGetScale", LastTransitionTime: at(second)}}
	}
	able := []autoscalingv2.HorizontalPodAutoscalerCondition{{Type: autoscalingv2.AbleToScale, Status: corev1.ConditionTrue, LastTransitionTime: at(5)}}
	for _, test := range []struct {
		name       string
		generation int64
		seen       *int64
		conditions []autoscalingv2.HorizontalPodAutoscalerCondition
		touched    bool
		// at once, and after two computations
		want, later bool
	}{
		{"the present spec", 2, new(int64(2)), able, true, true, true},
		{"an earlier one", 2, new(int64(1)), able, true, false, false},
		{"an earlier one, and the target went since", 2, new(int64(1)), gone(5), true, true, true},
		{"in the same second", 2, new(int64(1)), gone(0), true, true, true},
		{"the target was gone before", 2, new(int64(1)), gone(-5), true, false, true},
		{"a new one without a target", 1, nil, gone(5), true, true, true},
		{"a new one, not looked at", 1, nil, nil, false, false, false},
		{"an older controller has looked", 2, nil, able, true, true, true},
		{"an older controller finds the same again", 2, nil, able, false, false, true},
		{"an older server, looked at", 0, nil, able, true, true, true},
		{"an older server finds the same again", 0, nil, able, false, false, true},
		{"an older server, not looked at", 0, nil, nil, true, false, false},
	} {
		written := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{
			Generation: test.generation, ResourceVersion: "1", CreationTimestamp: at(-9),
			ManagedFields: []metav1.ManagedFieldsEntry{{Time: new(at(0))}, {Time: new(at(8)), Subresource: "status"}},
		}}
		now := written.DeepCopy()
		now.Status = autoscalingv2.HorizontalPodAutoscalerStatus{ObservedGeneration: test.seen, Conditions: test.conditions}
		if test.touched {
			now.ResourceVersion = "2"
		}
		f := follower{written: written, settled: make(chan time.Time)}
		if got := f.observed(now); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
		f.settled = nil
		if got := f.observed(now); got != test.later {
			t.Errorf("%s, later: %t", test.name, got)
		}
	}
}
