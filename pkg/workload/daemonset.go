package workload

import (
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

var daemonSetKind = &Kind{
	Resource: Resource{
		GroupVersionKind: appsv1.SchemeGroupVersion.WithKind("DaemonSet"), Plural: "daemonsets",
		Make:     func() API { return &appsv1.DaemonSet{} },
		MakeList: func() runtime.Object { return &appsv1.DaemonSetList{} },
	},
	Short:   []string{"ds"},
	History: labelledRevisions,
	parts: func(o API) parts {
		d := o.(*appsv1.DaemonSet)
		p := parts{spec: &d.Spec, template: &d.Spec.Template, selector: d.Spec.Selector}
		for i := range d.Status.Conditions {
			p.messages = append(p.messages, &d.Status.Conditions[i].Message)
		}
		return p
	},
	unscaled: ": it runs one pod on each node that its template chooses (nodeSelector, affinity, tolerations)",
	title:    "daemon set",
	waiting:  daemonSetWaiting,
	read:     func(o API, w *Workload) { readDaemonSet(o.(*appsv1.DaemonSet), w) },
}

func readDaemonSet(d *appsv1.DaemonSet, w *Workload) {
	w.ObservedGeneration = d.Status.ObservedGeneration
	w.Desired, w.PerNode = d.Status.DesiredNumberScheduled, true
	w.Total, w.Updated = d.Status.CurrentNumberScheduled, d.Status.UpdatedNumberScheduled
	w.Ready, w.Available = d.Status.NumberReady, d.Status.NumberAvailable
	w.Strategy = daemonSetStrategy(d, w.Desired)
	// Whether all of these pods have ever been ready is not told.
	w.RolledOut = w.ObservedGeneration >= w.Generation && w.Desired > 0 && w.Updated == w.Desired
}

// daemonSetStrategy rounds as the DaemonSet controller does: both up, and never both zero
// (k8s.io/kubernetes/pkg/controller/daemon/util SurgeCount and UnavailableCount).
func daemonSetStrategy(d *appsv1.DaemonSet, desired int32) Strategy {
	s := Strategy{
		OnDelete:       d.Spec.UpdateStrategy.Type == appsv1.OnDeleteDaemonSetStrategyType,
		MaxUnavailable: 1, MinReady: time.Duration(d.Spec.MinReadySeconds) * time.Second, ProgressDeadline: setDeadline, Lenient: true,
	}
	s.ProgressDeadline += s.MinReady
	if r := d.Spec.UpdateStrategy.RollingUpdate; r != nil && !s.OnDelete {
		if r.MaxSurge != nil {
			s.MaxSurge = scaled(*r.MaxSurge, desired, true)
		}
		if r.MaxUnavailable != nil {
			s.MaxUnavailable = scaled(*r.MaxUnavailable, desired, true)
		}
		if s.MaxSurge == 0 && s.MaxUnavailable == 0 {
			s.MaxUnavailable = 1
		}
	}
	s.InPlace = s.MaxSurge == 0
	return s
}

// daemonSetWaiting is DaemonSetStatusViewer's line.
func daemonSetWaiting(w *Workload) string {
	switch {
	case w.Strategy.OnDelete:
		return "rollout status is only available for RollingUpdate strategy type"
	case w.Updated < w.Desired:
		return fmt.Sprintf("Waiting for daemon set %q rollout to finish: %d out of %d new pods have been updated...", w.Name, w.Updated, w.Desired)
	case w.Available < w.Desired:
		return fmt.Sprintf("Waiting for daemon set %q rollout to finish: %d of %d updated pods are available...", w.Name, w.Available, w.Desired)
	}
	return ""
}
