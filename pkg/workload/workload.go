// Package workload knows the facts of each kind of workload: its selector, template, replicas,
// strategy and revisions, in one form that the rest of the program reads. It computes only.
package workload

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Ref names one workload.
type Ref struct {
	Kind      string `json:"kind"` // as in the API: "Deployment"
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// Workload is one workload as it stands, whatever its kind.
type Workload struct {
	Ref
	UID                types.UID
	ResourceVersion    string
	Generation         int64
	ObservedGeneration int64
	Annotations        map[string]string

	Selector *metav1.LabelSelector
	Template corev1.PodTemplateSpec
	Paused   bool
	Strategy Strategy

	// Desired is spec.replicas, resolved; the counts below are the status's.
	Desired     int32
	Total       int32 // pods of every revision, terminating ones not counted
	Updated     int32 // pods of the newest template
	Ready       int32
	Available   int32
	Terminating int32

	Conditions []Condition

	// Managers is managedFields.
	Managers []metav1.ManagedFieldsEntry
}

// Strategy is how far a rollout may leave the desired count, resolved to pods.
type Strategy struct {
	// Recreate: every old pod is gone before the first new one starts.
	Recreate       bool
	MaxSurge       int32
	MaxUnavailable int32
	MinReady       time.Duration
	// ProgressDeadline is progressDeadlineSeconds; 0 means that there is none.
	ProgressDeadline time.Duration
}

// Condition is a status condition of any kind.
type Condition struct {
	Type, Status, Reason, Message string
	// LastUpdate is lastUpdateTime where the kind has one, lastTransitionTime elsewhere.
	LastUpdate time.Time
}

// Condition returns the condition of that type, or nil.
func (w *Workload) Condition(kind string) *Condition {
	return condition(w.Conditions, kind)
}

func condition(conditions []Condition, kind string) *Condition {
	for i := range conditions {
		if conditions[i].Type == kind {
			return &conditions[i]
		}
	}
	return nil
}

// noProgressDeadline is the value that the API takes for "no deadline" (MaxInt32).
const noProgressDeadline = 1<<31 - 1

// FromDeployment reads a Deployment as it comes from the API server, defaults applied.
func FromDeployment(d *appsv1.Deployment) *Workload {
	w := &Workload{
		Ref:                Ref{Kind: "Deployment", Namespace: d.Namespace, Name: d.Name},
		UID:                d.UID,
		ResourceVersion:    d.ResourceVersion,
		Generation:         d.Generation,
		ObservedGeneration: d.Status.ObservedGeneration,
		Annotations:        d.Annotations,
		Managers:           d.ManagedFields,
		Selector:           d.Spec.Selector,
		Template:           d.Spec.Template,
		Paused:             d.Spec.Paused,
		Desired:            1,
		Total:              d.Status.Replicas,
		Updated:            d.Status.UpdatedReplicas,
		Ready:              d.Status.ReadyReplicas,
		Available:          d.Status.AvailableReplicas,
	}
	if d.Spec.Replicas != nil {
		w.Desired = *d.Spec.Replicas
	}
	if d.Status.TerminatingReplicas != nil {
		w.Terminating = *d.Status.TerminatingReplicas
	}
	w.Strategy = deploymentStrategy(d, w.Desired)
	for _, c := range d.Status.Conditions {
		w.Conditions = append(w.Conditions, Condition{
			Type: string(c.Type), Status: string(c.Status), Reason: c.Reason, Message: c.Message,
			LastUpdate: c.LastUpdateTime.Time,
		})
	}
	return w
}

// deploymentStrategy rounds as the deployment controller does: surge up, unavailable down, and
// never both zero (k8s.io/kubectl/pkg/util/deployment ResolveFenceposts).
func deploymentStrategy(d *appsv1.Deployment, desired int32) Strategy {
	s := Strategy{MinReady: time.Duration(d.Spec.MinReadySeconds) * time.Second}
	if p := d.Spec.ProgressDeadlineSeconds; p != nil && *p != noProgressDeadline {
		s.ProgressDeadline = time.Duration(*p) * time.Second
	}
	if d.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType {
		s.Recreate = true
		s.MaxUnavailable = desired
		return s
	}
	surge, unavailable := intstr.FromString("25%"), intstr.FromString("25%")
	if r := d.Spec.Strategy.RollingUpdate; r != nil {
		if r.MaxSurge != nil {
			surge = *r.MaxSurge
		}
		if r.MaxUnavailable != nil {
			unavailable = *r.MaxUnavailable
		}
	}
	s.MaxSurge = scaled(surge, desired, true)
	s.MaxUnavailable = min(scaled(unavailable, desired, false), desired)
	if s.MaxSurge == 0 && s.MaxUnavailable == 0 {
		s.MaxUnavailable = 1
	}
	return s
}

// scaled resolves a count or a percentage; the API server has refused what does not parse.
func scaled(v intstr.IntOrString, total int32, up bool) int32 {
	n, err := intstr.GetScaledValueFromIntOrPercent(&v, int(total), up)
	if err != nil || n < 0 {
		return 0
	}
	return int32(n)
}

// Images maps each container of a template to its image, init containers included.
func Images(t *corev1.PodTemplateSpec) map[string]string {
	images := make(map[string]string, len(t.Spec.Containers)+len(t.Spec.InitContainers))
	for i := range t.Spec.InitContainers {
		images[t.Spec.InitContainers[i].Name] = t.Spec.InitContainers[i].Image
	}
	for i := range t.Spec.Containers {
		images[t.Spec.Containers[i].Name] = t.Spec.Containers[i].Image
	}
	return images
}
