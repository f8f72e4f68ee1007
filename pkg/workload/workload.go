// Package workload knows the facts of each kind of workload: its selector, template, replicas,
// strategy and revisions, in one form that the rest of the program reads. It computes only.
package workload

import (
	"time"

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
	// Pod is the object, where the workload is a pod.
	Pod *corev1.Pod
	// Unwatched says what a change does, where nothing is watched after it: "its next run uses this change".
	Unwatched string
	// RolledOut: the status says that the rollout of the present template was complete once.
	RolledOut bool
	// UpdateRevision is the name of the newest revision, where the status has it.
	UpdateRevision string
	Strategy       Strategy

	// Deleting tells that the object is being deleted.
	Deleting bool
	// Desired is spec.replicas, resolved, or the number of nodes; the counts below are the status's.
	Desired int32
	// PerNode: Desired follows the nodes, and nobody sets it.
	PerNode     bool
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
	Recreate bool
	// OnDelete: a pod is replaced only when somebody deletes it.
	OnDelete bool
	// InPlace: a new pod starts only when the old one in its place is gone.
	InPlace bool
	// Ordered: no pod is replaced while another one is not ready, not even one that a rollback should replace.
	Ordered        bool
	MaxSurge       int32
	MaxUnavailable int32
	MinReady       time.Duration
	// Partition is how many pods, the lowest ordinals from FirstOrdinal on, keep their revision.
	Partition, FirstOrdinal int32
	// ProgressDeadline is progressDeadlineSeconds; 0 means that there is none.
	ProgressDeadline time.Duration
	// Lenient: the kind has no such field, and the deadline is ours.
	Lenient bool
}

// Complete tells whether the status calls the rollout of the present template complete: all pods are there and
// available, and those that the strategy replaces are new (DeploymentComplete in
// k8s.io/kubernetes/pkg/controller/deployment/util).
func (w *Workload) Complete() bool {
	return w.ObservedGeneration >= w.Generation && w.Updated >= w.Goal() && w.Total == w.Desired && w.Available >= w.Desired
}

// Goal is how many pods the strategy replaces.
func (w *Workload) Goal() int32 { return max(0, w.Desired-w.Strategy.Partition) }

// Condition is a status condition of any kind.
type Condition struct {
	Type, Status, Reason, Message string
	// LastUpdate is lastUpdateTime where the kind has one, lastTransitionTime elsewhere.
	LastUpdate time.Time
}

// OnceComplete tells whether the template's rollout has once been complete. The controller leaves the condition as it is while
// a complete Deployment is only scaled (isCompleteDeployment in k8s.io/kubernetes/pkg/controller/deployment/progress.go).
func (w *Workload) OnceComplete() bool {
	c := w.Condition("Progressing")
	return w.RolledOut || c != nil && c.Status == "True" && c.Reason == "NewReplicaSetAvailable"
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
