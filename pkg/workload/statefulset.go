package workload

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

var statefulSetKind = &Kind{
	Resource: Resource{
		GroupVersionKind: appsv1.SchemeGroupVersion.WithKind("StatefulSet"), Plural: "statefulsets",
		Make:     func() API { return &appsv1.StatefulSet{} },
		MakeList: func() runtime.Object { return &appsv1.StatefulSetList{} },
	},
	Short:   []string{"sts"},
	History: controllerRevisions,
	parts: func(o API) parts {
		s := o.(*appsv1.StatefulSet)
		p := parts{spec: &s.Spec, template: &s.Spec.Template, selector: s.Spec.Selector, replicas: &s.Spec.Replicas, claims: s.Spec.VolumeClaimTemplates}
		for i := range s.Status.Conditions {
			p.messages = append(p.messages, &s.Status.Conditions[i].Message)
		}
		return p
	},
	title:   "statefulset",
	waiting: statefulSetWaiting, done: statefulSetDone,
	read: func(o API, w *Workload) { readStatefulSet(o.(*appsv1.StatefulSet), w) },
}

// setDeadline is the progress deadline of kinds that have none of their own: that of a Deployment by default.
const setDeadline = 10 * time.Minute

// ForReplicas is the strategy of a change of the replicas: all pods have to be available, and no field of the kind sets a
// deadline. down: a surplus of pods has to end.
func (s Strategy) ForReplicas(desired int32, down bool) Strategy {
	return Strategy{
		MinReady: s.MinReady, Ordered: s.Ordered, InPlace: s.InPlace || down, MaxSurge: desired,
		ProgressDeadline: setDeadline + s.MinReady, Lenient: true,
	}
}

func readStatefulSet(s *appsv1.StatefulSet, w *Workload) {
	w.ObservedGeneration = s.Status.ObservedGeneration
	w.Total, w.Updated = s.Status.Replicas, s.Status.UpdatedReplicas
	w.Ready, w.Available = s.Status.ReadyReplicas, s.Status.AvailableReplicas
	w.UpdateRevision = s.Status.UpdateRevision
	w.Strategy = statefulSetStrategy(s, w.Desired)
	// With a partition the two revisions stay apart.
	same := s.Status.CurrentRevision == s.Status.UpdateRevision || w.Strategy.Partition > 0 && w.Updated >= w.Goal()
	w.RolledOut = same && w.ObservedGeneration >= w.Generation
}

// statefulSetStrategy rounds as the StatefulSet controller does: maxUnavailable up, and never to 0
// (getStatefulSetMaxUnavailable in k8s.io/kubernetes/pkg/controller/statefulset).
func statefulSetStrategy(s *appsv1.StatefulSet, desired int32) Strategy {
	strategy := Strategy{
		InPlace: true, Ordered: s.Spec.PodManagementPolicy != appsv1.ParallelPodManagement,
		OnDelete:       s.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType,
		MaxUnavailable: 1, MinReady: time.Duration(s.Spec.MinReadySeconds) * time.Second, ProgressDeadline: setDeadline, Lenient: true,
	}
	strategy.ProgressDeadline += strategy.MinReady
	if s.Spec.Ordinals != nil {
		strategy.FirstOrdinal = s.Spec.Ordinals.Start
	}
	if r := s.Spec.UpdateStrategy.RollingUpdate; r != nil && !strategy.OnDelete {
		if r.Partition != nil {
			strategy.Partition = min(*r.Partition, desired)
		}
		if r.MaxUnavailable != nil {
			strategy.MaxUnavailable = max(1, scaled(*r.MaxUnavailable, desired, true))
		}
	}
	return strategy
}

// statefulSetWaiting is StatefulSetStatusViewer's line.
func statefulSetWaiting(w *Workload) string {
	switch {
	case w.Strategy.OnDelete:
		return "rollout status is only available for RollingUpdate strategy type"
	case w.Ready < w.Desired:
		return fmt.Sprintf("Waiting for %d pods to be ready...", w.Desired-w.Ready)
	case w.Strategy.Partition > 0 && w.Updated < w.Goal():
		return fmt.Sprintf("Waiting for partitioned roll out to finish: %d out of %d new pods have been updated...", w.Updated, w.Goal())
	case w.Strategy.Partition == 0 && w.Updated < w.Desired:
		return fmt.Sprintf("waiting for statefulset rolling update to complete %d pods at revision %s...", w.Updated, w.UpdateRevision)
	}
	return ""
}

func statefulSetDone(w *Workload) string {
	if w.Strategy.Partition > 0 {
		return fmt.Sprintf("partitioned roll out complete: %d new pods have been updated...", w.Updated)
	}
	return fmt.Sprintf("statefulset rolling update complete %d pods at revision %s...", w.Total, w.UpdateRevision)
}

// Ordinal is the number of a StatefulSet's pod, by its name; MaxInt32 for a pod without one.
func Ordinal(pod *corev1.Pod) int32 {
	n, err := strconv.ParseInt(pod.Name[strings.LastIndexByte(pod.Name, '-')+1:], 10, 32)
	if err != nil {
		return math.MaxInt32
	}
	return int32(n)
}
