package cli

import (
	"cmp"
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// resumable tells whether an autoscaler is resumed with its workload: not one that was taken over before the workload was
// set to 0, and of workloads that are chosen by a selector only with their number.
func (s *scaling) resumable(o cluster.Object, a *autoscalingv2.HorizontalPodAutoscaler) bool {
	n, paused := autoscale.PausedFor(a)
	if zeroed(o) {
		return !paused || n == 0
	}
	return !s.flags.all && s.flags.selector == ""
}

// tellPaused says that an autoscaler stays paused although its workload gets its number back.
func (s *scaling) tellPaused(ref workload.Ref, a *autoscalingv2.HorizontalPodAutoscaler) {
	if _, paused := autoscale.PausedFor(a); paused {
		s.Note(fmt.Sprintf("%s stays paused: --take-over paused it before --to-zero", cluster.AutoscalerRef(a)))
		s.stayPaused = append(s.stayPaused, ref)
	}
}

// zeroed tells whether a workload remembers a number.
func zeroed(o cluster.Object) bool {
	_, ok := o.GetAnnotations()[autoscale.AnnotationBeforeZero]
	return ok
}

// planRestore is the number that --to-zero has remembered.
func (s *scaling) planRestore(c cluster.Captured) (cluster.Edit, error) {
	ref := c.Ref()
	refuse := func(message string) (cluster.Edit, error) {
		return cluster.Edit{}, &rollout.ReplicasError{Workload: ref, Message: message, Next: []string{scaleCommand(ref) + " --replicas=COUNT"}}
	}
	before, annotations, err := autoscale.FromZero(c.GetAnnotations())
	n, resumed := c.Replicas(), s.resumes[ref]
	switch {
	case err != nil:
		return refuse(fmt.Sprintf("%s: %v", ref, err))
	case before == nil && resumed == nil && n == 0:
		return refuse(ref.String() + " has no number to restore: kubectl app scale --to-zero has not set it to 0")
	case before == nil && resumed == nil && s.unread[ref.Namespace]:
		return refuse("it is not known whether an autoscaler of " + ref.String() + " is paused: no permission to list horizontalpodautoscalers")
	case before == nil && resumed == nil:
		return refuse(ref.String() + " has nothing to restore: neither --to-zero nor --take-over has changed it")
	case before != nil && n == 0 && !c.Running().WroteReplicasWith(autoscale.AnnotationBeforeZero):
		by, _ := c.Running().ReplicasWriter()
		return refuse(fmt.Sprintf("%s was set to 0 by %s after it was started again: the %d replicas that --to-zero has remembered are out of date", ref, cmp.Or(by, "someone else"), before.Replicas))
	case before != nil && n == 0:
		n = before.Replicas
	case before != nil && n != before.Replicas:
		s.Note(fmt.Sprintf("%s was started again with %s: --restore does not set the %d from before --to-zero", ref, workload.Plural(int(n), "replica", "replicas"), before.Replicas))
	}
	if resumed != nil && n == c.Replicas() { // otherwise the preflight says so
		least, most := autoscale.Bounds(resumed)
		s.Note(fmt.Sprintf("%s acts again from now on, and sets the replicas of %s between %d and %d", cluster.AutoscalerRef(resumed), ref, least, most))
	}
	edit := cluster.Edit{Template: *c.Template(), Replicas: &n, Autoscaled: len(s.autoscalers[ref]) > 0}
	if before != nil {
		edit.Annotations = annotations
		s.warnGone(ref, before.Autoscaler)
	}
	return edit, nil
}

// warnGone warns of an autoscaler that set the replicas before they were set to 0, and is not there any more.
func (s *scaling) warnGone(ref workload.Ref, was *autoscale.BoundsBeforeZero) {
	if was == nil || len(s.autoscalers[ref]) > 0 || s.unread[ref.Namespace] {
		return
	}
	s.Note(fmt.Sprintf("horizontalpodautoscaler/%s is gone: it set the replicas of %s between %d and %d", was.Name, ref, was.MinReplicas, was.MaxReplicas))
}
