package app

import (
	"cmp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// pods groups the pods by revision and by what keeps them from serving: the new ones first, and of them the sick ones.
func (l *look) pods(current *workload.Revision) []PodGroup {
	causes := map[string]diagnosis.Cause{}
	for _, p := range l.Why.Pods {
		causes[p.UID] = p.Cause
	}
	type key struct {
		revision workload.RevisionKey
		phase    PodPhase
		cause    diagnosis.Cause
	}
	at := map[key]int{}
	var groups []PodGroup
	for _, pod := range l.Pods {
		k := key{workload.KeyOf(pod), podPhase(pod), causes[string(pod.UID)]}
		if k.phase == PodTerminating && k.cause != diagnosis.StuckTerminating {
			k.cause = ""
		}
		i, known := at[k]
		if !known {
			i = len(groups)
			at[k] = i
			groups = append(groups, PodGroup{New: current != nil && (current.Name == "" || current.Owns(pod)), Revision: l.numberOf(pod), Phase: k.phase, Cause: k.cause})
		}
		groups[i].add(pod)
	}
	for i := range groups {
		if g := &groups[i]; g.Cause != "" && g.Cause == l.Why.Cause && l.Why.Since != nil {
			g.Since = l.Why.Since
		}
	}
	slices.SortStableFunc(groups, func(a, b PodGroup) int {
		return cmp.Or(-compareBool(a.New, b.New), cmp.Compare(b.Revision, a.Revision), -compareBool(a.Cause != "", b.Cause != ""), cmp.Compare(a.Phase.rank(), b.Phase.rank()), cmp.Compare(a.Cause, b.Cause))
	})
	return groups
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (p PodPhase) rank() int {
	return slices.Index([]PodPhase{PodUnready, PodEnded, PodReady, PodTerminating}, p)
}

func (l *look) numberOf(pod *corev1.Pod) int64 {
	for i := range l.Revisions {
		if l.Revisions[i].Owns(pod) {
			return l.Revisions[i].Number
		}
	}
	return 0
}

func podPhase(pod *corev1.Pod) PodPhase {
	switch {
	case pod.DeletionTimestamp != nil:
		return PodTerminating
	case diagnosis.Ended(pod):
		return PodEnded
	case diagnosis.IsReady(pod):
		return PodReady
	}
	return PodUnready
}

// add counts a pod in. Since when a group is so is what is true of all of it: the latest time; of a cause it is the first
// pod that shows it.
func (g *PodGroup) add(pod *corev1.Pod) {
	g.Count++
	g.Names = append(g.Names, pod.Name)
	if node := pod.Spec.NodeName; node != "" && !slices.Contains(g.Nodes, node) {
		g.Nodes = append(g.Nodes, node)
		slices.Sort(g.Nodes)
	}
	if at := soSince(pod); !at.IsZero() && (g.Since == nil || at.After(*g.Since) == (g.Cause == "")) {
		g.Since = &at
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		g.Restarts += c.RestartCount
		if t := c.LastTerminationState.Terminated; t != nil && c.RestartCount > 0 && (g.Restarted == nil || t.FinishedAt.After(*g.Restarted)) {
			at := t.FinishedAt.Time
			g.Restarted = &at
		}
	}
}

// soSince is since when a pod does what it does now; zero where nothing tells.
func soSince(pod *corev1.Pod) time.Time {
	if pod.DeletionTimestamp != nil {
		grace := time.Duration(0)
		if s := pod.DeletionGracePeriodSeconds; s != nil {
			grace = time.Duration(*s) * time.Second
		}
		return pod.DeletionTimestamp.Add(-grace)
	}
	for i := range pod.Status.Conditions {
		if c := &pod.Status.Conditions[i]; c.Type == corev1.PodReady && !c.LastTransitionTime.IsZero() {
			return c.LastTransitionTime.Time
		}
	}
	return pod.CreationTimestamp.Time
}
