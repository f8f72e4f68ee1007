package workload

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// History is how the revisions of a kind are kept: as objects of another kind.
type History struct {
	Resource
	// read reads one revision.
	read func(API) Revision
	// messages point to the texts of controllers in the status; nil if it has none.
	messages func(API) []*string
	// byPods: the object has no numbers of pods. The pods are counted.
	byPods bool
}

// Revision is one template that a workload has had: a ReplicaSet of a Deployment, a ControllerRevision of a
// StatefulSet or DaemonSet.
type Revision struct {
	Name        string // of the object that holds it
	UID         types.UID
	Number      int64 // 0 while the controller has not numbered it
	Hash        string
	Key         RevisionKey // of its pods
	Created     time.Time
	Annotations map[string]string
	Template    corev1.PodTemplateSpec

	Desired, Total, Ready, Available int32
	// ByPods: the object has no such numbers, and Add counts its pods.
	ByPods bool
	// Whole: it stands for the pods of all revisions.
	Whole bool
	// Failure is the condition ReplicaFailure when pods could not be created, else nil.
	Failure *Condition
}

// RevisionKey tells the pods of one revision from others: a ReplicaSet owns its pods; a StatefulSet and a
// DaemonSet own the pods of all their revisions, which a label tells apart.
type RevisionKey struct {
	Owner types.UID
	Hash  string
}

// KeyOf returns the key of a pod's revision; a pod without a controller has none, the zero key.
func KeyOf(pod *corev1.Pod) RevisionKey {
	for i := range pod.OwnerReferences {
		if o := &pod.OwnerReferences[i]; o.Controller != nil && *o.Controller {
			if k := KindNamed(o.Kind); k != nil && k.History != nil { // the workload itself
				return RevisionKey{o.UID, pod.Labels[appsv1.ControllerRevisionHashLabelKey]}
			}
			return RevisionKey{Owner: o.UID}
		}
	}
	return RevisionKey{}
}

// Owns tells whether a pod is of this revision.
func (r *Revision) Owns(pod *corev1.Pod) bool { return r.Whole || KeyOf(pod) == r.Key }

// Add counts n pods that are meant to stay.
func (r *Revision) Add(n int32, ready bool) {
	r.Total += n
	if ready {
		r.Ready += n
		r.Available += n
	}
}

// ReadRevisions returns the revisions that belong to w, the oldest first. Objects of other owners are left
// out, as controllers do.
func ReadRevisions(w *Workload, objects []API) []Revision {
	history := KindNamed(w.Kind).History
	if w.Pod != nil {
		return []Revision{podRevision(w)}
	}
	if history == nil && KindNamed(w.Kind).Scalable() {
		return []Revision{onlyRevision(w)}
	}
	var revisions []Revision
	for _, o := range objects {
		if owner := metav1.GetControllerOfNoCopy(o); owner != nil && owner.UID == w.UID {
			r := history.read(o)
			r.ByPods = history.byPods
			revisions = append(revisions, r)
		}
	}
	slices.SortStableFunc(revisions, func(a, b Revision) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), a.Created.Compare(b.Created), cmp.Compare(a.Name, b.Name))
	})
	return revisions
}

// onlyRevision stands for the pods of a workload that keeps no revisions.
func onlyRevision(w *Workload) Revision {
	r := Revision{Name: w.Name, UID: w.UID, Key: RevisionKey{Owner: w.UID}, Template: w.Template, Desired: w.Desired, ByPods: true}
	if failure := w.Condition(string(appsv1.ReplicaSetReplicaFailure)); failure != nil && failure.Status == string(corev1.ConditionTrue) {
		r.Failure = failure
	}
	return r
}

var replicaSets = &History{
	Resource: Resource{
		GroupVersionKind: appsv1.SchemeGroupVersion.WithKind("ReplicaSet"), Plural: "replicasets",
		Make:     func() API { return &appsv1.ReplicaSet{} },
		MakeList: func() runtime.Object { return &appsv1.ReplicaSetList{} },
	},
	read: func(o API) Revision { return fromReplicaSet(o.(*appsv1.ReplicaSet)) },
	messages: func(o API) (all []*string) {
		rs := o.(*appsv1.ReplicaSet)
		for i := range rs.Status.Conditions {
			all = append(all, &rs.Status.Conditions[i].Message)
		}
		return all
	},
}

// controllerRevisions are those of StatefulSets, whose pods carry the revision's name in their label; labelled ones are
// those of DaemonSets, whose pods carry the hash that the revision has as a label, too.
var (
	controllerRevisions = controllerRevisionsBy(func(cr *appsv1.ControllerRevision) string { return cr.Name })
	labelledRevisions   = controllerRevisionsBy(func(cr *appsv1.ControllerRevision) string {
		return cr.Labels[appsv1.ControllerRevisionHashLabelKey]
	})
)

func controllerRevisionsBy(hash func(*appsv1.ControllerRevision) string) *History {
	return &History{
		Resource: Resource{
			GroupVersionKind: appsv1.SchemeGroupVersion.WithKind("ControllerRevision"), Plural: "controllerrevisions",
			Make:     func() API { return &appsv1.ControllerRevision{} },
			MakeList: func() runtime.Object { return &appsv1.ControllerRevisionList{} },
		},
		read: func(o API) Revision {
			cr := o.(*appsv1.ControllerRevision)
			return fromControllerRevision(cr, hash(cr))
		},
		byPods: true,
	}
}

// fromControllerRevision reads a template out of the patch that the controllers of StatefulSets and DaemonSets keep.
func fromControllerRevision(cr *appsv1.ControllerRevision, hash string) Revision {
	r := Revision{
		Name: cr.Name, UID: cr.UID, Annotations: cr.Annotations, Created: cr.CreationTimestamp.Time,
		Number: cr.Revision, Hash: hash,
	}
	if owner := metav1.GetControllerOfNoCopy(cr); owner != nil {
		r.Key = RevisionKey{owner.UID, hash}
	}
	var data struct {
		Spec struct {
			Template corev1.PodTemplateSpec `json:"template"`
		} `json:"spec"`
	}
	// What can't be read is the template of no workload.
	if json.Unmarshal(cr.Data.Raw, &data) == nil {
		r.Template = data.Spec.Template
	}
	return r
}

// histories are those of the table.
var histories = []*History{replicaSets, controllerRevisions}

// HistoryOf returns how a revision's object is kept; nil for an object of another kind.
func HistoryOf(o runtime.Object) *History {
	for _, h := range histories {
		if h.made(o) {
			return h
		}
	}
	return nil
}

// HistoryNamed returns how revisions of a kind ("ReplicaSet") are kept, or nil.
func HistoryNamed(kind string) *History {
	for _, h := range histories {
		if h.Kind == kind {
			return h
		}
	}
	return nil
}

// Template is the template of a revision's object.
func (h *History) Template(o API) corev1.PodTemplateSpec { return h.read(o).Template }

// Messages points to the texts of controllers in a revision's object.
func (h *History) Messages(o API) []*string {
	if h.messages == nil {
		return nil
	}
	return h.messages(o)
}

func fromReplicaSet(rs *appsv1.ReplicaSet) Revision {
	r := Revision{
		Name: rs.Name, UID: rs.UID, Annotations: rs.Annotations, Created: rs.CreationTimestamp.Time,
		Hash: rs.Labels[LabelPodTemplateHash], Key: RevisionKey{Owner: rs.UID}, Template: rs.Spec.Template,
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

// Current returns the revision that holds the workload's template, or nil while there is none. Of equal ReplicaSets
// the oldest counts, as in the deployment controller (FindNewReplicaSet); of equal ControllerRevisions the one that
// the status names, or the newest.
func Current(w *Workload, revisions []Revision) *Revision {
	observed := w.ObservedGeneration >= w.Generation
	var current *Revision
	for i := range revisions {
		r := &revisions[i]
		if observed && w.UpdateRevision != "" && r.Name == w.UpdateRevision {
			return r // its template may lack the defaults of a newer API server
		}
		if SameTemplate(&r.Template, &w.Template) && (current == nil || r.ByPods || r.Created.Before(current.Created)) {
			current = r
		}
	}
	return current
}

// SameTemplate tells whether two templates are one revision: equal but for the hash label.
func SameTemplate(a, b *corev1.PodTemplateSpec) bool {
	x, y := *a, *b
	x.Labels, y.Labels = withoutHash(a.Labels), withoutHash(b.Labels)
	return equality.Semantic.DeepEqual(&x, &y)
}

func withoutHash(labels map[string]string) map[string]string {
	if _, ok := labels[LabelPodTemplateHash]; !ok {
		return labels
	}
	labels = maps.Clone(labels)
	delete(labels, LabelPodTemplateHash)
	return labels
}
