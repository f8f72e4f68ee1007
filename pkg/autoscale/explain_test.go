package autoscale

import (
	"strings"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
)

// computed gives an autoscaler the status of a controller that has computed it.
func computed(s *Snapshot) {
	s.Autoscaler.Name, s.Autoscaler.Namespace = "web", "shop"
	s.Autoscaler.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}
	s.Autoscaler.Status.CurrentReplicas, s.Autoscaler.Status.DesiredReplicas = s.Replicas, s.Replicas
	s.Autoscaler.Status.CurrentMetrics = make([]autoscalingv2.MetricStatus, 1)
	s.Autoscaler.Status.Conditions = []autoscalingv2.HorizontalPodAutoscalerCondition{
		{Type: autoscalingv2.AbleToScale, Status: corev1.ConditionTrue, Reason: "ReadyForNewScale"},
		{Type: autoscalingv2.ScalingActive, Status: corev1.ConditionTrue, Reason: "ValidMetricFound"},
	}
}

func TestExplain(t *testing.T) {
	for _, test := range []struct {
		name     string
		replicas int32
		pods     []string
		flags    []string
		state    State
		says     string
		next     string
	}{
		{"it fits", 3, times(3, "50"), []string{"max=9", "cpu=50%"}, Steady, "3 replicas fit the metrics", ""},
		{"it scales", 3, times(3, "80"), []string{"max=9", "cpu=50%"}, Scaling, "3 -> 5 replicas with the next computation", ""},
		{"the maximum", 4, times(4, "100"), []string{"max=4", "cpu=50%"}, Limited, "the metrics want 8; the maximum is 4", "kubectl app autoscale deployment/web -n shop --name=web --max=8"},
		{"the minimum is no limit to anybody", 2, times(2, "1"), []string{"min=2", "max=4", "cpu=50%", "down=100%/15s,window=0s"}, Steady, "the minimum is 2", ""},
		{"nor with the window of the server", 2, times(2, "1"), []string{"min=2", "max=4", "cpu=50%"}, Steady, "the metrics want 1; the minimum is 2", ""},
		{"above the minimum the window counts", 3, times(3, "1"), []string{"min=2", "max=4", "cpu=50%"}, Limited, "the highest number of the last 5m counts", ""},
		{"disabled down", 2, times(2, "1"), []string{"max=4", "cpu=50%", "down=disabled"}, Limited, "the metrics want 1; scaling down is disabled", "kubectl app autoscale deployment/web -n shop --name=web --scale-down=default"},
		{"outside the bounds", 6, times(6, "1"), []string{"max=4", "cpu=50%"}, Scaling, "6 -> 4 replicas at once: the number is outside the bounds", ""},
		{"disabled", 2, times(2, "100"), []string{"max=9", "cpu=50%", "up=disabled"}, Limited, "the metrics want 4; scaling up is disabled", "kubectl app autoscale deployment/web -n shop --name=web --scale-up=default"},
		{"a policy", 2, times(2, "400"), []string{"max=9", "cpu=50%", "up=1/15s"}, Limited, "the metrics want 16; it scales up at most by 1/15s: 2 -> 3 replicas with the next computation", ""},
		{"a window", 6, times(6, "10"), []string{"max=9", "cpu=50%"}, Limited, "the metrics want 2; the highest number of the last 5m counts, so that it scales down when the metrics have wanted that for so long: between 2 and 6 now, since", ""},
		{"off", 0, nil, []string{"max=9", "cpu=50%"}, Off, "off: deployment/web has 0 replicas", ""},
		{"a metric can't be read here, and the controller has a number", 4, times(4, "10"), []string{"max=9", "cpu=50%", "metric=external/q=3"}, Steady, "4 replicas fit the metrics", ""},
	} {
		s := snapshot(t, test.replicas, test.pods, test.flags...)
		computed(&s)
		s.Memory = nil
		r := Explain(s)
		if r.State != test.state || !strings.Contains(r.Message, test.says) || strings.Join(r.Next, "\n") != test.next {
			t.Errorf("%s: %s: %s; next %v", test.name, r.State, r.Message, r.Next)
		}
	}
}

// What the controller has written, in the conditions of k8s.io/kubernetes/pkg/controller/podautoscaler/horizontal.go.
func TestByStatus(t *testing.T) {
	for _, test := range []struct {
		name             string
		current, desired int32
		able, limited    string
		state            State
		says             string
	}{
		{"it fits", 3, 3, "ReadyForNewScale", "", Steady, "3 replicas fit the metrics"},
		{"it scales", 3, 5, "SucceededRescale", "", Scaling, "3 -> 5 replicas"},
		{"the maximum", 9, 9, "ReadyForNewScale", "TooManyReplicas", Limited, "the metrics want more than the maximum of 9"},
		{"the minimum is no limit to anybody", 2, 2, "ReadyForNewScale", "TooFewReplicas", Steady, "the metrics want fewer than the minimum of 2"},
		{"nor before the end of the window", 2, 2, "ScaleDownStabilized", "", Steady, "the metrics want fewer than the minimum of 2"},
		{"on the way down to it", 3, 2, "SucceededRescale", "TooFewReplicas", Limited, "TooFewReplicas"},
		{"the window", 3, 3, "ScaleDownStabilized", "", Limited, "ScaleDownStabilized"},
	} {
		s := snapshot(t, test.current, nil, "min=2", "max=9", "cpu=50%")
		computed(&s)
		s.Autoscaler.Status.DesiredReplicas = test.desired
		conditions := s.Autoscaler.Status.Conditions
		conditions[0].Reason, conditions[0].Message = test.able, test.able
		if test.limited != "" {
			s.Autoscaler.Status.Conditions = append(s.Autoscaler.Status.Conditions, autoscalingv2.HorizontalPodAutoscalerCondition{Type: autoscalingv2.ScalingLimited, Status: corev1.ConditionTrue, Reason: test.limited, Message: test.limited})
		}
		if r := ByStatus(s.Autoscaler, noon); r.State != test.state || !strings.Contains(r.Message, test.says) {
			t.Errorf("%s: %s: %s", test.name, r.State, r.Message)
		}
	}
}

// What the controller can't do comes before the arithmetic; what may have passed by now does not.
func TestExplainUncomputed(t *testing.T) {
	s := snapshot(t, 3, times(3, "50"), "max=9", "cpu=50%")
	computed(&s)
	fail := func(reason, message string) {
		s.Autoscaler.Status.Conditions[1] = autoscalingv2.HorizontalPodAutoscalerCondition{Type: autoscalingv2.ScalingActive, Status: corev1.ConditionFalse, Reason: reason, Message: message}
	}
	fail("AmbiguousSelector", "pods by selector app=web are controlled by more than one HPA")
	if r := Explain(s); r.State != NoNumber || !strings.Contains(r.Message, "(TwoAutoscalers)") {
		t.Errorf("%+v", r)
	}
	fail("FailedGetResourceMetric", "no metrics returned from resource metrics API")
	if r := Explain(s); r.State != Steady || len(r.Notes) != 1 || r.Uncomputed != nil {
		t.Errorf("%+v", r)
	}
	if r := ByStatus(s.Autoscaler, noon); r.State != Waiting || r.Computed != nil {
		t.Errorf("%+v", r)
	}
	blocked := snapshot(t, 4, times(4, "10"), "max=9", "cpu=50%", "metric=external/q=3")
	computed(&blocked)
	if r := Explain(blocked); len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "external/q can't be read here") {
		t.Errorf("%+v", r)
	}
	blocked.Autoscaler.Status.Conditions = s.Autoscaler.Status.Conditions
	fail("FailedGetExternalMetric", "unable to fetch metrics from external metrics API: not found")
	if r := Explain(blocked); r.State != Waiting || !strings.Contains(r.Message, "the other metrics want fewer replicas, but it does not scale down while external/q can't be read") {
		t.Errorf("%+v", r)
	}
	paused, err := Pause(s.Autoscaler, 3)
	if err != nil {
		t.Fatal(err)
	}
	if r := ByStatus(paused, noon); r.State != Paused || r.Next[0] != "kubectl app scale deployment/web -n shop --restore" {
		t.Errorf("%+v", r)
	}
}
