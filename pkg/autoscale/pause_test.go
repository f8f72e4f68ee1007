package autoscale

import (
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func hpa(least *int32, most int32, behavior *autoscalingv2.HorizontalPodAutoscalerBehavior) *autoscalingv2.HorizontalPodAutoscaler {
	return &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec:       autoscalingv2.HorizontalPodAutoscalerSpec{MinReplicas: least, MaxReplicas: most, Behavior: behavior},
	}
}

func slowly() *autoscalingv2.HorizontalPodAutoscalerBehavior {
	return &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleDown: &autoscalingv2.HPAScalingRules{
		SelectPolicy: new(autoscalingv2.MinChangePolicySelect), StabilizationWindowSeconds: new(int32(600)),
	}}
}

// A paused autoscaler leaves the number, and Resume brings back what it was.
func TestPause(t *testing.T) {
	for name, test := range map[string]struct {
		was         *autoscalingv2.HorizontalPodAutoscaler
		n           int32
		least, most int32
	}{
		"within its bounds":         {hpa(new(int32(2)), 6, nil), 4, 2, 6},
		"more than its maximum":     {hpa(new(int32(2)), 6, nil), 9, 2, 9},
		"fewer than its minimum":    {hpa(new(int32(2)), 6, nil), 1, 1, 6},
		"no minimum":                {hpa(nil, 6, nil), 3, 1, 6},
		"a behavior of its own":     {hpa(new(int32(2)), 6, slowly()), 4, 2, 6},
		"0, and a minimum of 0":     {hpa(new(int32(0)), 6, nil), 0, 0, 6},
		"0 is off with any minimum": {hpa(new(int32(2)), 6, nil), 0, 2, 6},
	} {
		paused, err := Pause(test.was, test.n)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if least, most := Bounds(paused); least != test.least || most != test.most || !Disabled(paused) || !Leaves(paused, test.n) {
			t.Errorf("%s: %+v", name, paused.Spec)
		}
		again, err := Pause(paused, test.n+1)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, p := range []*autoscalingv2.HorizontalPodAutoscaler{paused, again} {
			p.Spec.Behavior.ScaleUp.Policies = []autoscalingv2.HPAScalingPolicy{{Type: autoscalingv2.PodsScalingPolicy, Value: 4, PeriodSeconds: 15}} // the server's default
			resumed, err := Resume(p)
			if err != nil || resumed == nil || !equality.Semantic.DeepEqual(resumed.Spec, test.was.Spec) || len(resumed.Annotations) > 0 {
				t.Errorf("%s: resumed %+v, %v, want %+v", name, resumed, err, test.was.Spec)
			}
		}
	}
}

// What someone else has changed of a paused autoscaler stays.
func TestResumeKeepsChanges(t *testing.T) {
	paused, err := Pause(hpa(new(int32(2)), 6, slowly()), 9)
	if err != nil {
		t.Fatal(err)
	}
	paused.Spec.MinReplicas = new(int32(3))
	paused.Spec.Behavior.ScaleUp.SelectPolicy = new(autoscalingv2.MaxChangePolicySelect)
	again, err := Pause(paused, 12)
	if err != nil || *again.Spec.MinReplicas != 3 || again.Spec.MaxReplicas != 12 {
		t.Fatalf("paused again: %+v, %v", again.Spec, err)
	}
	if n, ok := PausedFor(again); n != 12 || !ok {
		t.Errorf("paused for %d", n)
	}
	resumed, err := Resume(again)
	if err != nil || *resumed.Spec.MinReplicas != 3 || resumed.Spec.MaxReplicas != 6 {
		t.Errorf("resumed after a second pause: %+v, %v", resumed.Spec, err)
	}
	resumed, err = Resume(paused)
	if down := resumed.Spec.Behavior.ScaleDown; down == nil || *down.SelectPolicy != autoscalingv2.MinChangePolicySelect {
		t.Errorf("scaling down stays disabled: %+v", down)
	}
	if err != nil || *resumed.Spec.MinReplicas != 3 || resumed.Spec.MaxReplicas != 6 || *resumed.Spec.Behavior.ScaleUp.SelectPolicy != autoscalingv2.MaxChangePolicySelect {
		t.Errorf("%+v, %v", resumed.Spec, err)
	}
	for _, text := range []string{"", "{", "{}", `{"maxReplicas":"six"}`} {
		a := hpa(nil, 6, nil)
		a.Annotations = map[string]string{AnnotationPaused: text}
		if resumed, err := Resume(a); err == nil {
			t.Errorf("%q: %+v", text, resumed)
		}
		if _, err := Pause(a, 3); err == nil {
			t.Errorf("%q is paused again", text)
		}
	}
	if resumed, err := Resume(hpa(nil, 6, nil)); resumed != nil || err != nil {
		t.Errorf("never paused: %v, %v", resumed, err)
	}
}

func TestLeaves(t *testing.T) {
	off := &autoscalingv2.HPAScalingRules{SelectPolicy: new(autoscalingv2.DisabledPolicySelect)}
	up := &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleDown: off}
	both := &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: off, ScaleDown: off}
	for _, test := range []struct {
		name     string
		least    int32
		behavior *autoscalingv2.HorizontalPodAutoscalerBehavior
		n        int32
		want     bool
	}{
		{"it acts", 2, nil, 3, false},
		{"it may still scale up", 2, up, 3, false},
		{"disabled", 2, both, 3, true},
		{"disabled, below its minimum", 2, both, 1, false},
		{"disabled, above its maximum", 2, both, 7, false},
		{"0 is off", 2, nil, 0, true},
		{"0 with a minimum of 0", 0, nil, 0, false},
		{"0 with a minimum of 0, disabled", 0, both, 0, true},
	} {
		if got := Leaves(hpa(&test.least, 6, test.behavior), test.n); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestZero(t *testing.T) {
	own := map[string]string{"team": "shop"}
	zeroed, err := ToZero(own, 3, hpa(new(int32(2)), 6, nil))
	if err != nil || len(own) != 1 || zeroed["team"] != "shop" {
		t.Fatalf("%v of %v, %v", zeroed, own, err)
	}
	before, after, err := FromZero(zeroed)
	if err != nil || before.Replicas != 3 || *before.Autoscaler != (BoundsBeforeZero{"web", 2, 6}) || len(after) != 1 || after["team"] != "shop" {
		t.Errorf("%+v, %v, %v", before, after, err)
	}
	if before, after, err := FromZero(own); before != nil || len(after) != 1 || err != nil {
		t.Errorf("never zeroed: %+v, %v, %v", before, after, err)
	}
	for _, text := range []string{"", "3", `{"replicas":0}`, `{"replicas":-1}`, "{"} {
		if before, _, err := FromZero(map[string]string{AnnotationBeforeZero: text}); err == nil {
			t.Errorf("%q: %+v", text, before)
		}
	}
}
