package app

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Objects are those of a namespace, or of all, as lists and watches bring them: workloads, Jobs and CronJobs, and by the UID
// of their controller the revisions and the pods.
type Objects struct {
	workloads map[types.UID]workload.Object
	crons     map[types.UID]*batchv1.CronJob
	jobs      family[*batchv1.Job]
	revisions family[workload.API]
	pods      family[*corev1.Pod]
	// newest are the ReplicaSets of the highest revision, by the UID of the Deployment.
	newest map[types.UID]*appsv1.ReplicaSet
	changes
}

// family holds objects by the UID of their controller and their own; "" is no controller.
type family[T metav1.Object] map[types.UID]map[types.UID]T

// NewObjects makes an empty set.
func NewObjects() *Objects {
	return &Objects{
		workloads: map[types.UID]workload.Object{}, crons: map[types.UID]*batchv1.CronJob{},
		jobs: family[*batchv1.Job]{}, revisions: family[workload.API]{}, pods: family[*corev1.Pod]{},
		newest: map[types.UID]*appsv1.ReplicaSet{},
	}
}

// Put adds an object, or takes in its present state. Other kinds are left out.
func (s *Objects) Put(o runtime.Object) {
	switch o := o.(type) {
	case *corev1.Pod:
		s.pods.put(o)
	case *batchv1.Job:
		s.jobs.put(o)
	case *batchv1.CronJob:
		s.crons[o.UID] = o
	case workload.API:
		if workload.HistoryOf(o) != nil {
			s.putRevision(o)
		} else if w, ok := workload.ObjectOf(o); ok && w.Kind.Releasable() {
			s.workloads[o.GetUID()] = w
			for _, r := range s.revisions[o.GetUID()] {
				shareTemplate(w, r)
			}
		}
	}
}

// Delete removes an object.
func (s *Objects) Delete(o runtime.Object) {
	switch o := o.(type) {
	case *corev1.Pod:
		s.pods.drop(o)
	case *batchv1.Job:
		s.jobs.drop(o)
	case *batchv1.CronJob:
		delete(s.crons, o.UID)
	case workload.API:
		if workload.HistoryOf(o) != nil {
			s.revisions.drop(o)
		} else {
			delete(s.workloads, o.GetUID())
		}
	}
}

// putRevision drops the templates of ReplicaSets without pods, of which a Deployment keeps ten: only that of the newest can
// still be in use.
func (s *Objects) putRevision(o workload.API) {
	s.revisions.put(o)
	if w, ok := s.workloads[controllerUID(o)]; ok {
		shareTemplate(w, o)
	}
	rs, ok := o.(*appsv1.ReplicaSet)
	if !ok {
		return
	}
	owner := controllerUID(o)
	older, newest := rs, s.newest[owner]
	if newest == nil || newest.UID == rs.UID || number(newest) <= number(rs) {
		older, s.newest[owner] = newest, rs
	}
	if older != nil && older.UID != s.newest[owner].UID && older.Status.Replicas == 0 && (older.Spec.Replicas == nil || *older.Spec.Replicas == 0) {
		older.Spec.Template = corev1.PodTemplateSpec{}
	}
}

// shareTemplate lets a ReplicaSet use the memory of its Deployment's template, if it is the same.
func shareTemplate(w workload.Object, revision workload.API) {
	if rs, ok := revision.(*appsv1.ReplicaSet); ok && workload.SameTemplate(&rs.Spec.Template, w.Template()) {
		rs.Spec.Template.Spec = w.Template().Spec
	}
}

// number is that of a ReplicaSet's revision; 0 while it has none.
func number(rs *appsv1.ReplicaSet) int64 {
	n, err := strconv.ParseInt(rs.Annotations[workload.AnnotationRevision], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func controllerUID(o metav1.Object) types.UID {
	if owner := metav1.GetControllerOfNoCopy(o); owner != nil {
		return owner.UID
	}
	return ""
}

func (f family[T]) put(o T) {
	owner := controllerUID(o)
	if f[owner] == nil {
		f[owner] = map[types.UID]T{}
	}
	f[owner][o.GetUID()] = o
}

func (f family[T]) drop(o T) { delete(f[controllerUID(o)], o.GetUID()) }

func (f family[T]) has(uid types.UID) bool {
	for _, all := range f {
		if _, ok := all[uid]; ok {
			return true
		}
	}
	return false
}

// of are the objects of a controller, by name.
func (f family[T]) of(owner types.UID) []T { return sorted(maps.Values(f[owner])) }

func sorted[T metav1.Object](all func(func(T) bool)) []T {
	return slices.SortedFunc(all, func(a, b T) int {
		if c := strings.Compare(a.GetNamespace(), b.GetNamespace()); c != 0 {
			return c
		}
		return strings.Compare(a.GetName(), b.GetName())
	})
}
