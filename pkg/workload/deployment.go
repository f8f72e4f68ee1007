package workload

import (
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

var deploymentKind = &Kind{
	Resource: Resource{
		GroupVersionKind: appsv1.SchemeGroupVersion.WithKind("Deployment"), Plural: "deployments",
		Make:     func() API { return &appsv1.Deployment{} },
		MakeList: func() runtime.Object { return &appsv1.DeploymentList{} },
	},
	Short:   []string{"deploy"},
	History: replicaSets,
	parts: func(o API) parts {
		d := o.(*appsv1.Deployment)
		p := parts{spec: &d.Spec, template: &d.Spec.Template, selector: d.Spec.Selector, replicas: &d.Spec.Replicas, paused: &d.Spec.Paused}
		for i := range d.Status.Conditions {
			p.messages = append(p.messages, &d.Status.Conditions[i].Message)
		}
		return p
	},
	title:   "deployment",
	waiting: deploymentWaiting,
	read:    func(o API, w *Workload) { readDeployment(o.(*appsv1.Deployment), w) },
}

func readDeployment(d *appsv1.Deployment, w *Workload) {
	w.ObservedGeneration = d.Status.ObservedGeneration
	w.Total, w.Updated = d.Status.Replicas, d.Status.UpdatedReplicas
	w.Ready, w.Available = d.Status.ReadyReplicas, d.Status.AvailableReplicas
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
}

// deploymentWaiting is DeploymentStatusViewer's line.
func deploymentWaiting(w *Workload) string {
	var rest string
	switch {
	case w.Updated < w.Desired:
		rest = fmt.Sprintf("%d out of %d new replicas have been updated...", w.Updated, w.Desired)
	case w.Total > w.Updated:
		rest = fmt.Sprintf("%d old replicas are pending termination...", w.Total-w.Updated)
	case w.Available < w.Updated:
		rest = fmt.Sprintf("%d of %d updated replicas are available...", w.Available, w.Updated)
	default:
		return ""
	}
	return fmt.Sprintf("Waiting for deployment %q rollout to finish: %s", w.Name, rest)
}

// noProgressDeadline is the value that the API takes for "no deadline" (MaxInt32).
const noProgressDeadline = 1<<31 - 1

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
