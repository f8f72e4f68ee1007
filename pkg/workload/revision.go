package workload

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Revision is one template that a workload has had: a ReplicaSet of a Deployment.
type Revision struct {
	Name        string // of the object that holds it
	UID         types.UID
	Number      int64  // 0 while the controller has not numbered it
	Hash        string // its pods carry this in the label pod-template-hash
	Created     time.Time
	Annotations map[string]string
	Template    corev1.PodTemplateSpec

	Desired, Total, Ready, Available int32
	// Failure is the condition ReplicaFailure when pods could not be created, else nil.
	Failure *Condition
}

// FromReplicaSets returns the revisions that belong to w, the oldest first. ReplicaSets of other
// owners are left out, as the deployment controller does.
func FromReplicaSets(w *Workload, sets []*appsv1.ReplicaSet) []Revision {
	var revisions []Revision
	for _, rs := range sets {
		if owner := metav1.GetControllerOf(rs); owner == nil || owner.UID != w.UID {
			continue
		}
		revisions = append(revisions, fromReplicaSet(rs))
	}
	slices.SortStableFunc(revisions, func(a, b Revision) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), a.Created.Compare(b.Created), cmp.Compare(a.Name, b.Name))
	})
	return revisions
}

func fromReplicaSet(rs *appsv1.ReplicaSet) Revision {
	r := Revision{
		Name: rs.Name, UID: rs.UID, Annotations: rs.Annotations, Created: rs.CreationTimestamp.Time,
		Hash: rs.Labels[LabelPodTemplateHash], Template: rs.Spec.Template,
		Total: rs.Status.Replicas, Ready: rs.Status.ReadyReplicas, Available: rs.Status.AvailableReplicas,
	}
	if rs.Spec.Replicas != nil {
		r.Desired = *rs.Spec.Replicas
	}
	// An unreadable number counts as not numbered yet.
	r.Number, _ = strconv.ParseInt(rs.Annotations[AnnotationRevision], 10, 64)
	for _, c := range rs.Status.Conditions {
		if c.Type == appsv1.ReplicaSetReplicaFailure && c.Status == corev1.ConditionTrue {
			r.Failure = &Condition{
				Type: string(c.Type), Status: string(c.Status), Reason: c.Reason, Message: c.Message,
				LastUpdate: c.LastTransitionTime.Time,
			}
		}
	}
	return r
}

// Current returns the revision that holds the workload's template, or nil while there is none.
// Of two that are equal the oldest counts, as in the deployment controller (FindNewReplicaSet).
func Current(w *Workload, revisions []Revision) *Revision {
	var current *Revision
	for i := range revisions {
		r := &revisions[i]
		if SameTemplate(&r.Template, &w.Template) && (current == nil || r.Created.Before(current.Created)) {
			current = r
		}
	}
	return current
}

// SameTemplate tells whether two templates are one revision: equal but for the hash label.
func SameTemplate(a, b *corev1.PodTemplateSpec) bool {
	x, y := a.DeepCopy(), b.DeepCopy()
	delete(x.Labels, LabelPodTemplateHash)
	delete(y.Labels, LabelPodTemplateHash)
	return equality.Semantic.DeepEqual(x, y)
}
