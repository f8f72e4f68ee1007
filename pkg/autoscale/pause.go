package autoscale

import (
	"encoding/json"
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/equality"
)

// AnnotationPaused of a HorizontalPodAutoscaler holds what Pause has changed of its spec, as JSON.
const AnnotationPaused = "kubectl-app.dev/paused-autoscaler"

// pause is the value of AnnotationPaused.
type pause struct {
	// Replicas is the number for which the autoscaler was paused.
	Replicas    int32                                          `json:"replicas"`
	MinReplicas *int32                                         `json:"minReplicas,omitempty"`
	MaxReplicas int32                                          `json:"maxReplicas"`
	Behavior    *autoscalingv2.HorizontalPodAutoscalerBehavior `json:"behavior,omitempty"`
}

// Bounds are the least and the most replicas of an autoscaler. Without minReplicas the least is 1.
func Bounds(a *autoscalingv2.HorizontalPodAutoscaler) (least, most int32) {
	if a.Spec.MinReplicas == nil {
		return 1, a.Spec.MaxReplicas
	}
	return *a.Spec.MinReplicas, a.Spec.MaxReplicas
}

// Disabled tells whether an autoscaler may scale neither up nor down. It still enforces its bounds.
func Disabled(a *autoscalingv2.HorizontalPodAutoscaler) bool {
	b := a.Spec.Behavior
	return b != nil && disabled(b.ScaleUp) && disabled(b.ScaleDown)
}

func disabled(r *autoscalingv2.HPAScalingRules) bool {
	return r != nil && r.SelectPolicy != nil && *r.SelectPolicy == autoscalingv2.DisabledPolicySelect
}

// Leaves tells whether an autoscaler leaves a workload at n replicas, whatever its metrics say: it is disabled and n is
// within its bounds, or n is 0, which it takes for "off" unless its minimum is 0, too.
// Source: reconcileAutoscaler in k8s.io/kubernetes/pkg/controller/podautoscaler/horizontal.go.
func Leaves(a *autoscalingv2.HorizontalPodAutoscaler, n int32) bool {
	least, most := Bounds(a)
	if n == 0 && least > 0 {
		return true
	}
	return Disabled(a) && least <= n && n <= most
}

// Pause returns the autoscaler as it leaves a workload at n replicas: disabled, with bounds that hold n. An annotation
// remembers what was changed. Of one that is paused already, it is what a Resume would bring back.
func Pause(a *autoscalingv2.HorizontalPodAutoscaler, n int32) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	active, err := Resume(a)
	if err != nil {
		return nil, err
	}
	if active == nil {
		active = a
	}
	was := &pause{Replicas: n, MinReplicas: active.Spec.MinReplicas, MaxReplicas: active.Spec.MaxReplicas, Behavior: active.Spec.Behavior}
	text, err := json.Marshal(was)
	if err != nil {
		return nil, fmt.Errorf("encoding the bounds of horizontalpodautoscaler/%s: %w", a.Name, err)
	}
	paused := a.DeepCopy()
	if paused.Annotations == nil {
		paused.Annotations = map[string]string{}
	}
	paused.Annotations[AnnotationPaused] = string(text)
	paused.Spec.MinReplicas, paused.Spec.MaxReplicas = widened(was, n)
	if paused.Spec.Behavior == nil {
		paused.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{}
	}
	for _, rules := range []**autoscalingv2.HPAScalingRules{&paused.Spec.Behavior.ScaleUp, &paused.Spec.Behavior.ScaleDown} {
		if *rules == nil {
			*rules = &autoscalingv2.HPAScalingRules{}
		}
		(*rules).SelectPolicy = new(autoscalingv2.DisabledPolicySelect)
	}
	return paused, nil
}

// widened are the bounds that were, made to hold n. With 0 replicas an autoscaler needs no other bounds to be off.
func widened(was *pause, n int32) (*int32, int32) {
	least := was.MinReplicas
	if least != nil && n > 0 {
		least = new(min(*least, n))
	}
	return least, max(was.MaxReplicas, n)
}

// Resume returns the autoscaler as it was before Pause; nil if it was not paused. What someone else has changed since
// stays.
func Resume(a *autoscalingv2.HorizontalPodAutoscaler) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	was, err := remembered(a)
	if was == nil || err != nil {
		return nil, err
	}
	resumed := a.DeepCopy()
	delete(resumed.Annotations, AnnotationPaused)
	least, most := widened(was, was.Replicas)
	if equality.Semantic.DeepEqual(a.Spec.MinReplicas, least) {
		resumed.Spec.MinReplicas = was.MinReplicas
	}
	if a.Spec.MaxReplicas == most {
		resumed.Spec.MaxReplicas = was.MaxReplicas
	}
	if Disabled(a) {
		resumed.Spec.Behavior = was.Behavior
		return resumed, nil
	}
	// Someone has changed one direction: the other is still ours.
	if b := resumed.Spec.Behavior; b != nil {
		old := was.Behavior
		if old == nil {
			old = &autoscalingv2.HorizontalPodAutoscalerBehavior{}
		}
		if disabled(b.ScaleUp) {
			b.ScaleUp = old.ScaleUp
		}
		if disabled(b.ScaleDown) {
			b.ScaleDown = old.ScaleDown
		}
	}
	return resumed, nil
}

// PausedFor is the number for which an autoscaler was paused.
func PausedFor(a *autoscalingv2.HorizontalPodAutoscaler) (n int32, paused bool) {
	was, err := remembered(a)
	if was == nil || err != nil {
		return 0, false
	}
	return was.Replicas, true
}

func remembered(a *autoscalingv2.HorizontalPodAutoscaler) (*pause, error) {
	text, ok := a.Annotations[AnnotationPaused]
	if !ok {
		return nil, nil
	}
	was := &pause{}
	if err := json.Unmarshal([]byte(text), was); err != nil {
		return nil, fmt.Errorf("the annotation %s of horizontalpodautoscaler/%s can't be read: %w", AnnotationPaused, a.Name, err)
	}
	if was.MaxReplicas < 1 {
		return nil, fmt.Errorf("the annotation %s of horizontalpodautoscaler/%s has no maxReplicas", AnnotationPaused, a.Name)
	}
	return was, nil
}
