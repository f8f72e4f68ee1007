package autoscale

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// addPod adds a pod with one container that requests 100m: "80" uses 80m and has been ready for an hour; a word after it says
// what is different.
func addPod(t *testing.T, s *Snapshot, text string) {
	t.Helper()
	usage, word, _ := strings.Cut(text, " ")
	name := fmt.Sprintf("web-%d", len(s.Pods))
	ago := func(d time.Duration) metav1.Time { return metav1.NewTime(noon.Add(-d)) }
	started := ago(time.Hour)
	ready := corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: ago(time.Hour)}
	request := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("100Mi")}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Resources: corev1.ResourceRequirements{Requests: request}}}},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning},
	}
	metrics := true
	switch word {
	case "":
	case "deleting":
		pod.DeletionTimestamp = &started
	case "failed":
		pod.Status.Phase = corev1.PodFailed
	case "pending":
		pod.Status.Phase, metrics = corev1.PodPending, false
	case "no metrics":
		metrics = false
	case "unready":
		ready.Status, ready.LastTransitionTime = corev1.ConditionFalse, ago(10*time.Minute)
	case "never ready":
		ready.Status, ready.LastTransitionTime = corev1.ConditionFalse, ago(time.Hour-time.Second)
	case "starting":
		started, ready.Status, ready.LastTransitionTime = ago(time.Minute), corev1.ConditionFalse, ago(time.Minute)
	case "just ready":
		started, ready.LastTransitionTime = ago(time.Minute), ago(10*time.Second)
	case "ready for a window":
		started, ready.LastTransitionTime = ago(time.Minute), ago(45*time.Second)
	case "no request":
		pod.Spec.Containers[0].Resources.Requests = nil
	case "of the pod":
		pod.Spec.Containers[0].Resources.Requests = nil
		pod.Spec.Resources = &corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("200m")}}
	default:
		t.Fatal(word)
	}
	pod.Status.StartTime, pod.Status.Conditions = &started, []corev1.PodCondition{ready}
	s.Pods = append(s.Pods, pod)
	if metrics {
		s.Usage = append(s.Usage, PodMetrics{
			ObjectMeta: metav1.ObjectMeta{Name: name}, Timestamp: ago(10 * time.Second), Window: metav1.Duration{Duration: 15 * time.Second},
			Containers: []ContainerMetrics{{Name: "web", Usage: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(usage + "m"), corev1.ResourceMemory: resource.MustParse(usage + "Mi")}}},
		})
	}
}

// snapshot is one of an autoscaler that remembers nothing, and of which that is known.
func snapshot(t *testing.T, replicas int32, pods []string, flags ...string) Snapshot {
	t.Helper()
	a, err := Plan(&autoscalingv2.HorizontalPodAutoscaler{}, settings(t, flags...))
	if err != nil {
		t.Fatal(err)
	}
	s := Snapshot{Autoscaler: a, Now: noon, Replicas: replicas, Running: int32(len(pods)), Controller: DefaultController(), Memory: &Memory{}, Values: map[string]Values{}}
	for _, pod := range pods {
		addPod(t, &s, pod)
	}
	return s
}

// summary is what a computation comes to: the proposal of each metric, the number, and what limits it.
func summary(c Computation) string {
	var parts []string
	for _, p := range c.Proposals {
		text := fmt.Sprint(p.Replicas)
		if p.Error != "" {
			text = "?"
		}
		parts = append(parts, text)
	}
	number := strconv.Itoa(int(c.Least))
	if !c.Certain() {
		number += "-" + strconv.Itoa(int(c.Most))
	}
	text := strings.Join(parts, ",") + " => " + number
	for _, l := range c.Limits {
		text += " " + string(l)
	}
	return strings.TrimSpace(text)
}

// times repeats a pod.
func times(n int, pods ...string) (all []string) {
	for range n {
		all = append(all, pods...)
	}
	return all
}

// The rows are sentences of https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/.
func TestCompute(t *testing.T) {
	for _, test := range []struct {
		name     string
		replicas int32
		pods     []string
		flags    []string
		want     string
	}{
		{"ceil(current × value / target): twice the target", 2, times(2, "100"), []string{"max=9", "cpu=50%"}, "4 => 4"},
		{"half of the target", 4, times(4, "25"), []string{"max=9", "cpu=50%"}, "2 => 2"},
		{"rounded up", 3, times(3, "70"), []string{"max=9", "cpu=50%"}, "5 => 5"},
		{"exactly at the target", 3, times(3, "50"), []string{"max=9", "cpu=50%"}, "3 => 3"},
		{"within the tolerance of 10%, above", 3, times(3, "55"), []string{"max=9", "cpu=50%"}, "3 => 3"},
		{"within the tolerance of 10%, below", 9, times(9, "45"), []string{"max=9", "cpu=50%"}, "9 => 9"},
		{"just beyond it", 9, times(9, "44"), []string{"max=9", "cpu=50%"}, "8 => 8"},
		{"a smaller tolerance", 3, times(3, "53"), []string{"max=9", "cpu=50%", "tolerance=5%"}, "4 => 4"},
		{"a tolerance of one direction", 9, times(9, "40"), []string{"max=9", "cpu=50%", "tolerance=down=30%"}, "9 => 9"},
		{"no tolerance", 9, times(9, "49"), []string{"max=9", "cpu=50%", "tolerance=0"}, "9 => 9"},
		{"the percentage is a whole number", 1, []string{"55"}, []string{"max=9", "cpu=50%", "tolerance=0.09"}, "2 => 2"},
		{"an amount", 2, times(2, "90"), []string{"max=9", "cpu=60m"}, "3 => 3"},
		{"memory", 2, times(2, "90"), []string{"max=9", "memory=60%"}, "3 => 3"},
		{"the request of the whole pod", 2, times(2, "100 of the pod"), []string{"max=9", "cpu=50%"}, "2 => 2"},
		{"of one container", 2, times(2, "100"), []string{"max=9", "metric=container/web/cpu=50%"}, "4 => 4"},

		{"the highest proposal counts", 2, times(2, "80"), []string{"max=9", "cpu=80%", "memory=40%"}, "2,4 => 4"},
		{"a metric fails, and the others scale up", 2, times(2, "80"), []string{"max=9", "cpu=40%", "metric=external/q=3"}, "4,? => 4"},
		{"a metric fails, and the others would scale down", 4, times(4, "20"), []string{"max=9", "cpu=40%", "metric=external/q=3"}, "2,? => 4"},
		{"all metrics fail", 4, times(4, "20 no request"), []string{"max=9", "cpu=40%"}, "? => 4"},

		{"a pod that is deleted does not count", 2, []string{"100", "100", "0 deleting"}, []string{"max=9", "cpu=50%"}, "4 => 4"},
		{"nor one that has failed", 2, []string{"100", "100", "0 failed"}, []string{"max=9", "cpu=50%"}, "4 => 4"},
		{"without metrics and scaling up: 0", 3, []string{"100", "100", "0 no metrics"}, []string{"max=9", "cpu=50%"}, "4 => 4"},
		{"without metrics and scaling down: all of the request", 3, []string{"10", "10", "0 no metrics"}, []string{"max=9", "cpu=80%"}, "2 => 2"},
		{"or the target if it is above 100%", 3, []string{"60", "60", "0 no metrics"}, []string{"max=9", "cpu=120%"}, "2 => 2"},
		{"it never turns the direction", 3, []string{"60", "0 no metrics", "0 no metrics"}, []string{"max=9", "cpu=50%"}, "3 => 3"},
		{"scaling down, neither", 3, []string{"40", "0 no metrics", "0 no metrics"}, []string{"max=9", "cpu=50%"}, "3 => 3"},
		{"no pod has metrics", 2, times(2, "0 no metrics"), []string{"max=9", "cpu=50%"}, "? => 2"},
		{"a pending pod and scaling up: 0", 3, []string{"100", "100", "0 pending"}, []string{"max=9", "cpu=50%"}, "4 => 4"},
		{"a pending pod and scaling down: it does not count", 3, []string{"20", "20", "0 pending"}, []string{"max=9", "cpu=50%"}, "1 => 1"},
		{"a pod that is starting and scaling up: 0", 3, []string{"100", "100", "100 starting"}, []string{"max=9", "cpu=50%"}, "4 => 4"},
		{"ready for less than a window", 3, []string{"100", "100", "100 just ready"}, []string{"max=9", "cpu=50%"}, "4 => 4"},
		{"ready for a window", 3, []string{"100", "100", "100 ready for a window"}, []string{"max=9", "cpu=50%"}, "6 => 6"},
		{"never ready", 3, []string{"100", "100", "100 never ready"}, []string{"max=9", "cpu=50%"}, "4 => 4"},
		{"not ready any more: it counts", 3, []string{"100", "100", "100 unready"}, []string{"max=9", "cpu=50%"}, "6 => 6"},
		{"for memory, readiness does not matter", 3, []string{"100", "100", "100 starting"}, []string{"max=9", "memory=50%"}, "6 => 6"},
		{"only pods that are starting", 2, times(2, "100 starting"), []string{"max=9", "cpu=50%"}, "? => 2"},

		{"the maximum", 3, times(3, "100"), []string{"max=4", "cpu=50%"}, "6 => 4 Maximum"},
		{"the minimum", 3, times(3, "10"), []string{"min=2", "max=4", "cpu=50%"}, "1 => 2 Minimum"},
		{"above the maximum, metrics do not count", 6, times(6, "100"), []string{"max=4", "cpu=50%"}, "=> 4 Maximum"},
		{"below the minimum neither", 1, []string{"100"}, []string{"min=3", "max=4", "cpu=50%"}, "=> 3 Minimum"},
		{"at 0 it is off", 0, nil, []string{"max=4", "cpu=50%"}, "=> 0"},
		{"at most twice the number, or 4", 1, []string{"500"}, []string{"max=9", "cpu=50%"}, "10 => 4 Policy"},
		{"twice the number", 3, times(3, "300"), []string{"max=9", "cpu=50%"}, "18 => 6 Policy"},

		{"a policy of pods", 2, times(2, "400"), []string{"max=9", "cpu=50%", "up=3/15s"}, "16 => 5 Policy"},
		{"a policy of percent, rounded up", 3, times(3, "400"), []string{"max=9", "cpu=50%", "up=10%/15s"}, "24 => 4 Policy"},
		{"the larger of two", 2, times(2, "400"), []string{"max=9", "cpu=50%", "up=1/15s,200%/15s"}, "16 => 6 Policy"},
		{"the smaller of two", 2, times(2, "400"), []string{"max=9", "cpu=50%", "up=1/15s,200%/15s,min"}, "16 => 3 Policy"},
		{"down by pods", 9, times(9, "1"), []string{"max=9", "cpu=50%", "down=2/1m,window=0s"}, "1 => 7 Policy"},
		{"down by percent", 9, times(9, "1"), []string{"max=9", "cpu=50%", "down=10%/1m,window=0s"}, "1 => 8 Policy"},
		{"down by the smaller of two", 9, times(9, "1"), []string{"max=9", "cpu=50%", "down=4/1m,10%/1m,min,window=0s"}, "1 => 8 Policy"},
		{"never up", 2, times(2, "400"), []string{"max=9", "cpu=50%", "up=disabled"}, "16 => 2 Disabled"},
		{"never down", 4, times(4, "1"), []string{"max=9", "cpu=50%", "down=disabled"}, "1 => 4 Disabled"},
		{"with rules, the default may add 4 pods or double", 3, times(3, "400"), []string{"max=9", "cpu=50%", "down=1/1m"}, "24 => 7 Policy"},
	} {
		if got := summary(Compute(snapshot(t, test.replicas, test.pods, test.flags...))); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// Metrics that are not of a resource.
func TestComputeOtherMetrics(t *testing.T) {
	for _, test := range []struct {
		name     string
		replicas int32
		metric   string
		value    Values
		want     string
	}{
		{"of pods", 3, "pods/r=50", Values{Pods: map[string]int64{"web-0": 100000, "web-1": 100000, "web-2": 100000}}, "6 => 6"},
		{"of pods, one is missing", 3, "pods/r=50", Values{Pods: map[string]int64{"web-0": 100000, "web-1": 100000}}, "4 => 4"},
		{"of pods, scaling down, one is missing", 3, "pods/r=50", Values{Pods: map[string]int64{"web-0": 10000, "web-1": 10000}}, "2 => 2"},
		{"external, all together", 3, "external/q=30", Values{Whole: 60000}, "6 => 6"},
		{"external, for each pod", 3, "external/q=30/pod", Values{Whole: 150000}, "5 => 5"},
		{"external, within the tolerance", 3, "external/q=30/pod", Values{Whole: 95000}, "3 => 3"},
		{"of an object", 3, "object/ingress/web/hits=2k", Values{Whole: 4000000}, "6 => 6"},
		{"of an object, for each pod", 3, "object/ingress/web/hits=1k/pod", Values{Whole: 4000000}, "4 => 4"},
		{"none", 3, "external/q=30", Values{Error: "not found"}, "? => 3"},
	} {
		s := snapshot(t, test.replicas, times(3, "50"), "max=9", "metric="+test.metric)
		s.Values[MetricName(s.Autoscaler.Spec.Metrics[0])] = test.value
		if got := summary(Compute(s)); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	s := snapshot(t, 0, nil, "min=0", "max=9", "metric=external/q=30")
	s.Values["external/q"] = Values{Whole: 60000}
	if got := summary(Compute(s)); got != "=> 0" {
		t.Errorf("someone else has set 0: %s", got)
	}
	s.Autoscaler.Status.Conditions = []autoscalingv2.HorizontalPodAutoscalerCondition{{Type: autoscalingv2.ScaledToZero, Status: corev1.ConditionTrue}}
	if got := summary(Compute(s)); got != "2 => 2" {
		t.Errorf("the autoscaler has set 0: %s", got)
	}
}

// What the controller remembers: numbers of the last minutes, and its changes. Without the memory the answer is a span.
func TestComputeMemory(t *testing.T) {
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	quiet, busy := times(6, "10"), times(4, "100")
	for _, test := range []struct {
		name      string
		replicas  int32
		pods      []string
		flags     []string
		memory    *Memory
		lastScale time.Duration
		want      string
	}{
		{"a higher number in the window", 6, quiet, []string{"max=9", "cpu=50%"}, &Memory{Recommendations: []Recommendation{{4, ago(time.Minute)}}}, 0, "2 => 4 Stabilization"},
		{"it is older than the window", 6, quiet, []string{"max=9", "cpu=50%"}, &Memory{Recommendations: []Recommendation{{4, ago(6 * time.Minute)}}}, 0, "2 => 2"},
		{"above the present number: without rules it comes back", 4, times(4, "50"), []string{"max=9", "cpu=50%"}, &Memory{Recommendations: []Recommendation{{7, ago(time.Minute)}}}, 0, "4 => 7 Stabilization"},
		{"with rules it does not", 4, times(4, "50"), []string{"max=9", "cpu=50%", "up=4/15s"}, &Memory{Recommendations: []Recommendation{{7, ago(time.Minute)}}}, 0, "4 => 4"},
		{"a shorter window", 6, quiet, []string{"max=9", "cpu=50%", "down=100%/15s,window=30s"}, &Memory{Recommendations: []Recommendation{{4, ago(time.Minute)}}}, 0, "2 => 2"},
		{"a window for scaling up", 4, busy, []string{"max=9", "cpu=50%", "up=9/15s,window=1m"}, &Memory{Recommendations: []Recommendation{{5, ago(30 * time.Second)}}}, 0, "8 => 5 Stabilization"},
		{"pods were added in the period", 4, busy, []string{"max=9", "cpu=50%", "up=3/1m"}, &Memory{Added: []ScaleEvent{{2, ago(30 * time.Second)}}}, 0, "8 => 5 Policy"},
		{"all that is allowed was added", 4, busy, []string{"max=9", "cpu=50%", "up=3/1m"}, &Memory{Added: []ScaleEvent{{3, ago(30 * time.Second)}}}, 0, "8 => 4 Policy"},
		{"the period is over", 4, busy, []string{"max=9", "cpu=50%", "up=3/1m"}, &Memory{Added: []ScaleEvent{{3, ago(2 * time.Minute)}}}, 0, "8 => 7 Policy"},
		{"pods were removed in the period", 6, quiet, []string{"max=9", "cpu=50%", "down=3/1m,window=0s"}, &Memory{Removed: []ScaleEvent{{2, ago(30 * time.Second)}}}, 0, "2 => 5 Policy"},

		{"unknown: down", 6, quiet, []string{"max=9", "cpu=50%"}, nil, 0, "2 => 2-6 Stabilization"},
		{"unknown: up, and no window", 4, busy, []string{"max=9", "cpu=50%"}, nil, 0, "8 => 8"},
		{"unknown: down, and no window", 6, quiet, []string{"max=9", "cpu=50%", "down=100%/15s,window=0s"}, nil, 0, "2 => 2"},
		{"unknown: up, with a window", 4, busy, []string{"max=9", "cpu=50%", "up=9/15s,window=1m"}, nil, 0, "8 => 4-8 Stabilization"},
		{"unknown: the last change is older than the period", 4, busy, []string{"max=9", "cpu=50%", "up=3/1m"}, nil, 2 * time.Minute, "8 => 7 Policy"},
		{"unknown: the last change is in the period", 4, busy, []string{"max=9", "cpu=50%", "up=3/1m"}, nil, 30 * time.Second, "8 => 4-8 Policy"},
		{"unknown: the window changes nothing at the minimum", 2, times(2, "1"), []string{"min=2", "max=9", "cpu=50%"}, nil, 0, "1 => 2 Minimum"},
		{"unknown: nor where scaling down is disabled", 2, times(2, "1"), []string{"max=9", "cpu=50%", "down=disabled"}, nil, 0, "1 => 2 Disabled"},
		{"unknown: a policy beside a window", 9, times(9, "1"), []string{"max=9", "cpu=50%", "down=2/1m,window=5m"}, nil, 30 * time.Second, "1 => 1-9 Stabilization Policy"},
		{"unknown: nothing to do", 4, times(4, "50"), []string{"max=9", "cpu=50%"}, nil, 0, "4 => 4"},
	} {
		s := snapshot(t, test.replicas, test.pods, test.flags...)
		s.Memory = test.memory
		if test.lastScale > 0 {
			s.Autoscaler.Status.LastScaleTime = new(metav1.NewTime(ago(test.lastScale)))
		}
		c := Compute(s)
		if got := summary(c); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
		if late := c.ChangesWithin; !c.Certain() && (late <= 0 || late > 5*time.Minute) {
			t.Errorf("%s: it changes within %s", test.name, late)
		}
	}
}

// Someone else scales down an autoscaler that has changed nothing for an hour: what it remembers is seconds old.
func TestComputeAfterScaleByOthers(t *testing.T) {
	s := snapshot(t, 3, times(3, "50"), "max=9", "cpu=50%")
	s.Memory, s.Autoscaler.Status.DesiredReplicas = nil, 9
	s.Autoscaler.Status.LastScaleTime = new(metav1.NewTime(noon.Add(-time.Hour)))
	if got, want := summary(Compute(s)), "3 => 3-6 Stabilization Policy"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// What is known of the memory is never outside of the span that is computed without it.
func TestSpanHoldsEveryMemory(t *testing.T) {
	rules := [][]string{nil, {"up=2/1m"}, {"down=1/1m,window=1m"}, {"up=50%/30s,window=30s", "down=20%/1m,2/30s,min"}, {"down=disabled"}}
	for seed := range 4000 {
		pick := func(n int) int { seed = (seed*1103515245 + 12345) & 0x7fffffff; return seed >> 8 % n }
		flags := append([]string{"max=9", "cpu=50%"}, rules[pick(1<<20)%len(rules)]...)
		replicas := 1 + pick(1<<20)%8
		s := snapshot(t, int32(replicas), times(replicas, strconv.Itoa(5+pick(1<<20)%150)), flags...)
		last := time.Duration(1+pick(1<<20)%300) * time.Second
		s.Autoscaler.Status.LastScaleTime = new(metav1.NewTime(noon.Add(-last)))
		change := int32(1 + pick(1<<20)%3)
		if pick(1<<20)%2 == 0 {
			s.Memory.Added = []ScaleEvent{{change, noon.Add(-last)}}
		} else {
			s.Memory.Removed = []ScaleEvent{{change, noon.Add(-last)}}
		}
		// Between what it proposes now and the present number: further ones would have been followed.
		s.Memory.Recommendations = []Recommendation{{int32(1 + pick(1<<20)%replicas), noon.Add(-time.Duration(pick(1<<20)%400) * time.Second)}}
		known := Compute(s)
		s.Memory = nil
		unknown := Compute(s)
		if known.Least < unknown.Least || known.Most > unknown.Most {
			t.Fatalf("%v, %d replicas: %s is not within %s", flags, replicas, summary(known), summary(unknown))
		}
	}
}
