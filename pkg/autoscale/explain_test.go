package autoscale

import (
	"strings"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
		{"off", 0, nil, []string{"max=9", "cpu=50%"}, Off, "deployment/web has 0 replicas", "kubectl app scale deployment/web -n shop --replicas=1"},
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
		{"it has gone down to it", 3, 2, "SucceededRescale", "TooFewReplicas", Steady, "the metrics want fewer than the minimum of 2"},
		{"on the way down to it", 5, 3, "SucceededRescale", "ScaleDownLimit", Limited, "ScaleDownLimit"},
		{"one", 1, 1, "ReadyForNewScale", "", Steady, "1 replica fits the metrics"},
		{"down to one", 2, 1, "SucceededRescale", "", Scaling, "2 -> 1 replica"},
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
	if r := Explain(s); r.State != NoNumber || !strings.HasPrefix(r.Message, "TwoAutoscalers: ") {
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

// The number that is set is the one that the controller has written last, and not the one that it found.
func TestByStatusReplicas(t *testing.T) {
	s := snapshot(t, 3, nil, "min=2", "max=9", "cpu=50%")
	computed(&s)
	s.Autoscaler.Status.DesiredReplicas = 2
	s.Autoscaler.Status.Conditions[0].Reason = "SucceededRescale"
	if r := ByStatus(s.Autoscaler, noon); r.Replicas != 2 || r.Running != 3 {
		t.Errorf("%d, %d running", r.Replicas, r.Running)
	}
}

// A target with 0 replicas: which command starts it again depends on who has set the 0.
func TestExplainOff(t *testing.T) {
	for _, test := range []struct {
		name             string
		remembered       int32
		kind, maker      string
		says, next, list string
	}{
		{"by hand", 0, "Deployment", "", "deployment/web has 0 replicas", "kubectl app scale deployment/web -n shop --replicas=2", "kubectl app why deployment/web -n shop"},
		{"by --to-zero", 5, "Deployment", "", "deployment/web has 0 replicas; --to-zero has remembered 5", "kubectl app scale deployment/web -n shop --restore", "kubectl app why deployment/web -n shop"},
		{"another kind", 0, "Rollout", "", "rollout/web has 0 replicas", "kubectl scale rollout/web -n shop --replicas=2", "kubectl scale rollout/web -n shop --replicas=2"},
		{"by KEDA", 0, "Deployment", "ScaledObject", "deployment/web has 0 replicas", "kubectl edit scaledobject queue -n shop", "kubectl edit scaledobject queue -n shop"},
	} {
		s := snapshot(t, 0, nil, "min=2", "max=9", "cpu=50%")
		computed(&s)
		s.Memory, s.Remembered = nil, test.remembered
		made(s.Autoscaler, test.kind, test.maker)
		s.Autoscaler.Status.Conditions = append(s.Autoscaler.Status.Conditions, autoscalingv2.HorizontalPodAutoscalerCondition{Type: autoscalingv2.ScalingLimited, Status: corev1.ConditionTrue, Reason: "TooManyReplicas"})
		if r := Explain(s); r.State != Off || r.Message != test.says || strings.Join(r.Next, "\n") != test.next {
			t.Errorf("%s: %s: %s; next %v", test.name, r.State, r.Message, r.Next)
		}
		s.Autoscaler.Status.Conditions[1] = autoscalingv2.HorizontalPodAutoscalerCondition{Type: autoscalingv2.ScalingActive, Status: corev1.ConditionFalse, Reason: "ScalingDisabled"}
		if r := ByStatus(s.Autoscaler, noon); r.State != Off || strings.Join(r.Next, "\n") != test.list {
			t.Errorf("%s: %s; next %v", test.name, r.State, r.Next)
		}
	}
}

// made is an autoscaler of a kind that a controller has made.
func made(a *autoscalingv2.HorizontalPodAutoscaler, kind, maker string) {
	a.Spec.ScaleTargetRef.Kind = kind
	if kind == "Rollout" {
		a.Spec.ScaleTargetRef.APIVersion = "argoproj.io/v1alpha1"
	}
	if maker != "" {
		a.OwnerReferences = []metav1.OwnerReference{{APIVersion: "keda.sh/v1alpha1", Kind: maker, Name: "queue", Controller: new(true)}}
	}
}

// No command is refused: that of another's autoscaler, or of another kind, is not kubectl app's.
func TestNextOfOthers(t *testing.T) {
	for _, test := range []struct {
		kind, maker string
		flags       []string
		pods        string
		want        string
	}{
		{"Rollout", "", []string{"max=4", "cpu=50%"}, "100", "kubectl edit horizontalpodautoscaler/web -n shop"},
		{"Rollout", "", []string{"max=9", "cpu=50%", "up=disabled"}, "100", "kubectl edit horizontalpodautoscaler/web -n shop"},
		{"Deployment", "ScaledObject", []string{"max=4", "cpu=50%"}, "100", "kubectl edit scaledobject queue -n shop"},
		{"Deployment", "Autoscaler", []string{"max=4", "cpu=50%"}, "100", "kubectl describe autoscaler/queue -n shop"},
	} {
		s := snapshot(t, 4, times(4, test.pods), test.flags...)
		computed(&s)
		s.Memory = nil
		made(s.Autoscaler, test.kind, test.maker)
		if r := Explain(s); r.State != Limited || strings.Join(r.Next, "\n") != test.want {
			t.Errorf("%s, %s: %s; next %v", test.kind, test.maker, r.State, r.Next)
		}
	}
	s := snapshot(t, 4, nil, "max=4", "cpu=50%")
	computed(&s)
	made(s.Autoscaler, "Rollout", "")
	s.Autoscaler.Status.Conditions[1] = autoscalingv2.HorizontalPodAutoscalerCondition{Type: autoscalingv2.ScalingActive, Status: corev1.ConditionFalse, Message: "no pods returned by selector"}
	if r := ByStatus(s.Autoscaler, noon); strings.Join(r.Next, "") != "kubectl get pods -n shop" {
		t.Errorf("%v", r.Next)
	}
}

// A target that is gone has no number, whatever the status still says.
func TestExplainGone(t *testing.T) {
	s := snapshot(t, 0, nil, "max=9", "cpu=50%")
	computed(&s)
	s.Gone = true
	s.Autoscaler.Status.CurrentReplicas, s.Autoscaler.Status.DesiredReplicas = 1, 1
	r := Explain(s)
	w := r.Why()
	if r.State != NoNumber || r.Message != "TargetMissing: deployment/web is not there" || r.Replicas+r.Running != 0 || r.Status != "" || len(w.Also) > 0 || w.Chain[0].Says != "there is nothing to scale" {
		t.Errorf("%+v, %+v", r, w)
	}
	s.Autoscaler.Status.Conditions[0] = autoscalingv2.HorizontalPodAutoscalerCondition{Type: autoscalingv2.AbleToScale, Status: corev1.ConditionFalse, Reason: "FailedGetScale", Message: `deployments.apps "web" not found`}
	if r := ByStatus(s.Autoscaler, noon); r.State != NoNumber || r.Replicas+r.Running != 0 || r.Status != "" {
		t.Errorf("%+v", r)
	}
}

// A metric without a value is told, also where the others decide.
func TestExplainUnread(t *testing.T) {
	s := snapshot(t, 4, times(4, "50"), "max=9", "cpu=50%", "metric=external/q=3")
	computed(&s)
	if r := Explain(s); r.State != Steady || len(r.Notes) != 1 || r.Notes[0] != "external/q has no value: it does not scale down while that is so" {
		t.Errorf("%s, %v", r.State, r.Notes)
	}
}
