package watch

import (
	"maps"
	"slices"
	"unique"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// siblings lets the pods of one owner share what is equal in all of them: labels, owner and
// containers are most of a trimmed pod. One stream uses it, so it needs no lock.
type siblings map[types.UID]*corev1.Pod

func (s siblings) share(p *corev1.Pod) {
	owner := metav1.GetControllerOfNoCopy(p)
	if owner == nil {
		return
	}
	first := s[owner.UID]
	if first == nil {
		// Only what is shared: a whole pod would be kept as long as the stream lives.
		s[owner.UID] = &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Labels: p.Labels, OwnerReferences: p.OwnerReferences},
			Spec:       corev1.PodSpec{InitContainers: p.Spec.InitContainers, Containers: p.Spec.Containers},
		}
		return
	}
	if maps.Equal(p.Labels, first.Labels) {
		p.Labels = first.Labels
	}
	if slices.EqualFunc(p.OwnerReferences, first.OwnerReferences, sameOwner) {
		p.OwnerReferences = first.OwnerReferences
	}
	if equality.Semantic.DeepEqual(p.Spec.Containers, first.Spec.Containers) {
		p.Spec.Containers = first.Spec.Containers
	}
	if equality.Semantic.DeepEqual(p.Spec.InitContainers, first.Spec.InitContainers) {
		p.Spec.InitContainers = first.Spec.InitContainers
	}
}

func sameOwner(a, b metav1.OwnerReference) bool {
	return a.UID == b.UID && a.Name == b.Name && a.Kind == b.Kind
}

// one makes equal strings share their bytes: each decoded object brings its own copy.
func one[S ~string](s S) S { return S(unique.Make(string(s)).Value()) }
