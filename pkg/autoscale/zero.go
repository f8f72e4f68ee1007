package autoscale

import (
	"encoding/json"
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// AnnotationBeforeZero of a workload that was scaled to 0 holds what it had before, as JSON.
const AnnotationBeforeZero = workload.AnnotationBeforeZero

// BeforeZero is what a workload had before it was scaled to 0.
type BeforeZero struct {
	Replicas int32 `json:"replicas"`
	// Autoscaler set the replicas then; nil if none did.
	Autoscaler *BoundsBeforeZero `json:"autoscaler,omitempty"`
}

// BoundsBeforeZero are those of a HorizontalPodAutoscaler.
type BoundsBeforeZero struct {
	Name        string `json:"name"`
	MinReplicas int32  `json:"minReplicas"`
	MaxReplicas int32  `json:"maxReplicas"`
}

// ToZero returns the annotations of a workload that has n replicas and gets 0; a is the autoscaler that sets them, or
// nil.
func ToZero(annotations map[string]string, n int32, a *autoscalingv2.HorizontalPodAutoscaler) (map[string]string, error) {
	before := BeforeZero{Replicas: n}
	if a != nil {
		least, most := Bounds(a)
		before.Autoscaler = &BoundsBeforeZero{a.Name, least, most}
	}
	text, err := json.Marshal(before)
	if err != nil {
		return nil, fmt.Errorf("encoding the replicas: %w", err)
	}
	after := map[string]string{AnnotationBeforeZero: string(text)}
	for k, v := range annotations {
		if k != AnnotationBeforeZero {
			after[k] = v
		}
	}
	return after, nil
}

// FromZero returns what a workload had before ToZero, and its annotations without that; nil if it does not say.
func FromZero(annotations map[string]string) (*BeforeZero, map[string]string, error) {
	text, ok := annotations[AnnotationBeforeZero]
	if !ok {
		return nil, annotations, nil
	}
	before := &BeforeZero{}
	if err := json.Unmarshal([]byte(text), before); err != nil {
		return nil, nil, fmt.Errorf("the annotation %s can't be read: %w", AnnotationBeforeZero, err)
	}
	if before.Replicas < 1 {
		return nil, nil, fmt.Errorf("the annotation %s has no number of replicas", AnnotationBeforeZero)
	}
	after := map[string]string{}
	for k, v := range annotations {
		if k != AnnotationBeforeZero {
			after[k] = v
		}
	}
	return before, after, nil
}
