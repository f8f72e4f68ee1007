package diagnosis

import (
	"cmp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// PodSet holds pods as a watch brings them. Most of thousands of pods are settled: ready, never restarted, not being
// deleted, and without a claim. No rule needs more of them than their number, so that only some are kept whole.
type PodSet struct {
	keep   int
	whole  map[types.UID]*corev1.Pod
	counts map[types.UID]*settled // of the pods that are only counted
	of     map[workload.RevisionKey]*settled
	// order holds the whole pods by name, without the changes since it was made; moved are these changes.
	order []*corev1.Pod
	moved map[types.UID]bool
}

// Settled are the settled pods of one revision that are only counted.
type Settled struct {
	Count int32
	// Readied is the latest moment at which one of them became ready.
	Readied time.Time
}

type settled struct {
	Settled
	whole int // settled pods that are kept whole
}

// NewPodSet makes an empty set that keeps so many settled pods of each revision whole, beside all that are not settled.
func NewPodSet(keep int) *PodSet {
	return &PodSet{
		keep:   keep,
		whole:  map[types.UID]*corev1.Pod{},
		counts: map[types.UID]*settled{},
		of:     map[workload.RevisionKey]*settled{},
		moved:  map[types.UID]bool{},
	}
}

// Put adds a pod, or takes in its present state. The pod is not changed from then on.
func (s *PodSet) Put(pod *corev1.Pod) {
	s.Delete(pod.UID)
	if isSettled(pod) {
		of := s.revision(pod)
		if of.whole >= s.keep {
			of.Count++
			if readied := readySince(pod); readied.After(of.Readied) {
				of.Readied = readied
			}
			s.counts[pod.UID] = of
			return
		}
		of.whole++
	}
	s.whole[pod.UID], s.moved[pod.UID] = pod, true
}

// Delete removes a pod, and returns it if it was kept whole.
func (s *PodSet) Delete(uid types.UID) *corev1.Pod {
	if of := s.counts[uid]; of != nil {
		of.Count--
		delete(s.counts, uid)
		return nil
	}
	pod := s.whole[uid]
	if pod == nil {
		return nil
	}
	if isSettled(pod) {
		s.revision(pod).whole--
	}
	delete(s.whole, uid)
	s.moved[uid] = true
	return pod
}

// Get returns a pod that is kept whole, or nil.
func (s *PodSet) Get(uid types.UID) *corev1.Pod { return s.whole[uid] }

// Has tells whether a pod is in the set.
func (s *PodSet) Has(uid types.UID) bool { return s.whole[uid] != nil || s.counts[uid] != nil }

// Len is the number of pods.
func (s *PodSet) Len() int { return len(s.whole) + len(s.counts) }

func (s *PodSet) revision(pod *corev1.Pod) *settled {
	key := workload.KeyOf(pod)
	if s.of[key] == nil {
		s.of[key] = &settled{}
	}
	return s.of[key]
}

func isSettled(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp == nil && Healthy(pod) &&
		!slices.ContainsFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.PersistentVolumeClaim != nil || v.Ephemeral != nil })
}

// Whole returns the pods that are kept whole, by name. Few change between two calls: only these are sorted. The slice is a
// new one after each change.
func (s *PodSet) Whole() []*corev1.Pod {
	if len(s.moved) == 0 {
		return s.order
	}
	var fresh []*corev1.Pod
	for uid := range s.moved {
		if p := s.whole[uid]; p != nil {
			fresh = append(fresh, p)
		}
	}
	slices.SortFunc(fresh, podOrder)
	merged := make([]*corev1.Pod, 0, len(s.whole))
	for _, p := range s.order {
		if s.moved[p.UID] {
			continue
		}
		for len(fresh) > 0 && podOrder(fresh[0], p) < 0 {
			merged, fresh = append(merged, fresh[0]), fresh[1:]
		}
		merged = append(merged, p)
	}
	merged = append(merged, fresh...)
	s.order = merged
	clear(s.moved)
	return s.order
}

func podOrder(a, b *corev1.Pod) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.UID, b.UID))
}
