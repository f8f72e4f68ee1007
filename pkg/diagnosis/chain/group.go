package chain

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Group asks about the pods of a controller of which nothing else is known.
func Group(controller workload.Ref, pods []*corev1.Pod, now time.Time) *Subject {
	s := &Subject{Ref: controller, now: now}
	s.add(podsOf(controller, pods, "pods"))
	s.explain = func(r *Report, d *decision) {
		sick := slices.IndexFunc(pods, func(p *corev1.Pod) bool { return !diagnosis.IsReady(p) && p.Status.Phase != corev1.PodSucceeded })
		switch {
		case d.problem != nil:
		case sick >= 0:
			explainPod(r, d, pods[sick], nil, now)
			r.Also, r.Message = nil, lowerRef(workload.Ref{Kind: kindPod, Name: pods[sick].Name})+" "+r.Message
		default:
			r.Message = "nothing found: " + workload.Plural(len(pods), "pod", "pods") + " ready"
		}
		r.Next = withoutTemplate(r.Next, controller)
	}
	return s
}

// Decisive is the problem that the report rests on; nil without one.
func (s *Subject) Decisive() *diagnosis.Problem { return s.decide().problem }

// Template is the pod template that the decisive problem is about, or that of the object.
func (s *Subject) Template() *corev1.PodTemplateSpec {
	if d := s.decide(); d.problem != nil {
		return &d.look.in.Workload.Template
	}
	if len(s.looks) == 0 {
		return nil
	}
	return &s.looks[0].in.Workload.Template
}

// Since is since when the pods are as they are: all ready, or one of them not. It is zero if nothing tells.
func (s *Subject) Since() time.Time {
	var since time.Time
	for _, l := range s.looks {
		if l.found == nil || l.aside {
			continue
		}
		for _, pod := range l.found.Unhealthy {
			if began := diagnosis.ReadinessChanged(pod); !diagnosis.IsReady(pod) && !began.IsZero() && (since.IsZero() || began.Before(since)) {
				since = began
			}
		}
		if since.IsZero() {
			since = l.found.Readied
		}
	}
	return since
}

// NodeOf is the node of a pod; without a name if it has none yet.
func NodeOf(pod *corev1.Pod) workload.Ref {
	return workload.Ref{Kind: kindNode, Name: pod.Spec.NodeName}
}

// Describe says what is wrong with an object that a problem points to; ok is false where it explains nothing.
func Describe(related Related, ref workload.Ref, p *diagnosis.Problem, now time.Time) (says string, ok bool) {
	step, ok := related.step(ref, p, now)
	return step.Says, ok
}
