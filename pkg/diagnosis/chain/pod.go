package chain

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Owner is a controller above a pod, the nearest first.
type Owner struct {
	workload.Ref
	// Absent: there is none of that name and UID any more. Unread: it is not known.
	Absent, Unread bool
}

// Pod asks about one pod.
func Pod(pod *corev1.Pod, owners []Owner, now time.Time) *Subject {
	s := &Subject{Ref: workload.Ref{Kind: kindPod, Namespace: pod.Namespace, Name: pod.Name}, now: now}
	s.add(podsOf(changeable(s.Ref, owners), []*corev1.Pod{pod}, ""))
	s.explain = func(r *Report, d *decision) { explainPod(r, d, pod, owners, now) }
	return s
}

// changeable is the object whose template makes the pod: the one to change.
func changeable(pod workload.Ref, owners []Owner) workload.Ref {
	for _, o := range owners {
		if k := workload.KindNamed(o.Kind); k != nil && k.Releasable() && !o.Absent {
			return o.Ref
		}
	}
	return pod
}

// podsOf looks at pods without a rollout. All have the same template and the same controller.
func podsOf(ref workload.Ref, pods []*corev1.Pod, of string) *look {
	w := &workload.Workload{Ref: ref, Desired: int32(len(pods)), Strategy: workload.Strategy{InPlace: true}}
	revision := &workload.Revision{Desired: w.Desired, Total: w.Desired}
	if len(pods) > 0 {
		w.Template.Labels, w.Template.Spec = pods[0].Labels, pods[0].Spec
		revision.Key = workload.KeyOf(pods[0])
	}
	return &look{of: of, in: diagnosis.Input{
		Observed:   diagnosis.Observed{Workload: w, Pods: pods, Revisions: []workload.Revision{*revision}},
		Revision:   revision,
		EndedCount: true,
	}}
}

func explainPod(r *Report, d *decision, pod *corev1.Pod, owners []Owner, now time.Time) {
	step := Step{Object: r.Object, Field: "status.phase", Says: podSays(pod, now)}
	if d.problem == nil {
		switch {
		case pod.DeletionTimestamp != nil:
			r.State, r.Message = Progressing, step.Says
			step.Field, r.Chain = "metadata.deletionTimestamp", append(r.Chain, step)
		case pod.Status.Phase == corev1.PodFailed:
			r.State, r.Message = Failing, step.Says
			step.Message = pod.Status.Message
			r.Chain = append(r.Chain, step)
		case diagnosis.IsReady(pod), pod.Status.Phase == corev1.PodSucceeded:
			r.Message = "nothing found: " + step.Says
		default:
			r.State, r.Message = Progressing, step.Says
			r.Chain = append(r.Chain, step)
		}
	}
	for _, o := range owners {
		if o.Absent {
			r.Also = append(r.Also, lowerRef(o.Ref)+", which made this pod, is gone: nothing replaces the pod")
		}
	}
	if len(owners) == 0 {
		r.Also = append(r.Also, "no controller made it: nothing replaces it")
	}
	if n := len(owners); n > 0 && !owners[n-1].Absent && !owners[n-1].Unread {
		r.next(fmt.Sprintf("kubectl app why %s -n %s", lowerRef(owners[n-1].Ref), pod.Namespace))
	}
	r.Next = withoutTemplate(r.Next, r.Object)
	if len(r.Next) == 0 {
		r.next(fmt.Sprintf("kubectl describe pod %s -n %s", pod.Name, pod.Namespace))
	}
}

// podSays is a pod's state in one line.
func podSays(pod *corev1.Pod, now time.Time) string {
	switch {
	case pod.DeletionTimestamp != nil:
		return "is being deleted, for " + duration.HumanDuration(max(now.Sub(diagnosis.DeletedAt(pod)), 0))
	case pod.Status.Phase == corev1.PodSucceeded:
		return "has ended, and all containers with exit code 0"
	case pod.Status.Phase == corev1.PodFailed:
		return "has failed " + pod.Status.Reason
	case diagnosis.IsReady(pod):
		return "ready" + forTime(diagnosis.ReadinessChanged(pod), now)
	}
	if text := diagnosis.NotServing(pod); text != "" {
		return text
	}
	return "not ready" + forTime(diagnosis.ReadinessChanged(pod), now)
}
