package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// scaling plans a change of replicas beside the autoscalers of the workloads.
type scaling struct {
	*transaction
	flags  *scaleFlags
	wanted rollout.Replicas
	// typed are the words that name the workloads.
	typed []string
	// autoscalers are those of each workload. They are only read where one is to be changed or remembered.
	autoscalers map[workload.Ref][]*autoscalingv2.HorizontalPodAutoscaler
	// pausedFor is the number for which the autoscalers of a workload are paused; resumes are workloads with one that goes on.
	pausedFor map[workload.Ref]int32
	resumes   map[workload.Ref]bool
}

// prepare makes the changes of autoscalers a part of the release, and leaves out workloads that were chosen by a selector
// and have nothing to restore.
func (s *scaling) prepare(ctx context.Context, objects []cluster.Object) ([]cluster.Object, error) {
	f := s.flags
	if !f.takeOver && !f.toZero && !f.restore {
		return objects, nil
	}
	s.autoscalers, s.pausedFor, s.resumes = map[workload.Ref][]*autoscalingv2.HorizontalPodAutoscaler{}, map[workload.Ref]int32{}, map[workload.Ref]bool{}
	in := map[string][]cluster.Object{}
	for _, o := range objects {
		in[o.GetNamespace()] = append(in[o.GetNamespace()], o)
	}
	for namespace, objects := range in {
		if err := s.read(ctx, namespace, objects); err != nil {
			return nil, err
		}
	}
	if f.toZero || f.takeOver {
		s.next = s.back
	}
	if f.restore && (f.all || f.selector != "") {
		objects = slices.DeleteFunc(slices.Clone(objects), func(o cluster.Object) bool { return !s.restorable(o) })
		if len(objects) == 0 {
			s.Warn("nothing to restore: neither --to-zero nor --take-over has changed any of these workloads")
		}
	}
	return objects, nil
}

// read finds the autoscalers of the workloads in a namespace.
func (s *scaling) read(ctx context.Context, namespace string, objects []cluster.Object) error {
	list, err := s.cluster.Autoscalers(ctx, namespace)
	if cluster.Is(err, cluster.Forbidden) && !s.flags.takeOver { // the preflight warns of it
		err = nil
	}
	if err != nil {
		return err
	}
	keda := map[workload.Ref]workload.Ref{}
	if s.flags.restore {
		if keda, err = s.cluster.PausedScaledObjects(ctx, namespace); err != nil {
			return err
		}
	}
	for _, o := range objects {
		ref := o.Ref()
		for i := range list {
			if autoscale.Scales(&list[i], ref) {
				s.autoscalers[ref] = append(s.autoscalers[ref], &list[i])
			}
		}
		if scaledObject, ok := keda[ref]; ok {
			s.resumes[ref] = true
			s.Before(s.scaledObject(scaledObject, ref, nil))
		}
		if err := s.change(o); err != nil {
			return err
		}
	}
	return nil
}

// change adds the changes of a workload's autoscalers to the release.
func (s *scaling) change(o cluster.Object) error {
	ref := o.Ref()
	for _, a := range s.autoscalers[ref] {
		var after *autoscalingv2.HorizontalPodAutoscaler
		var err error
		switch {
		case s.flags.restore:
			if after, err = autoscale.Resume(a); after == nil || err != nil {
				break
			}
			s.resumes[ref] = true
		case s.flags.takeOver:
			var n int32
			if n, err = s.wanted.Of(ref, o.Replicas()); err != nil {
				return err
			}
			s.pausedFor[ref] = n
			if keda := autoscale.ScaledObject(a); keda != "" {
				s.Before(s.scaledObject(workload.Ref{Kind: "ScaledObject", Namespace: ref.Namespace, Name: keda}, ref, &n))
				continue
			}
			if !autoscale.Leaves(a, n) {
				after, err = autoscale.Pause(a, n)
			}
		}
		if err != nil {
			return err
		}
		if after != nil {
			s.Before(s.autoscaler(a, after, ref))
		}
	}
	return nil
}

// autoscaler is a change of a HorizontalPodAutoscaler.
func (s *scaling) autoscaler(from, to *autoscalingv2.HorizontalPodAutoscaler, of workload.Ref) release.Change {
	change := &release.AutoscalerChange{Ref: cluster.AutoscalerRef(from), Of: of, Pauses: s.flags.takeOver}
	stored := to
	change.Send = func(ctx context.Context) error {
		written, err := s.cluster.ChangeAutoscaler(ctx, from, to, false, s.WriteOptions())
		if written != nil && err == nil {
			stored = written
		}
		return err
	}
	change.Back = func(ctx context.Context) error {
		_, err := s.cluster.ChangeAutoscaler(ctx, stored, from, true, s.WriteOptions())
		return err
	}
	change.Print = func(done string) error { return s.print(stored, done) }
	return change
}

// scaledObject is a change of KEDA's object; with nil it is resumed.
func (s *scaling) scaledObject(ref, of workload.Ref, n *int32) release.Change {
	send := func(ctx context.Context, n *int32) error {
		return s.cluster.PauseScaledObject(ctx, ref, n, s.WriteOptions())
	}
	return &release.AutoscalerChange{
		Ref: ref, Of: of, Pauses: n != nil,
		Send: func(ctx context.Context) error { return send(ctx, n) },
		Back: func(ctx context.Context) error {
			if n == nil {
				return &cluster.SupersededError{Workload: ref, What: "KEDA scales it again"}
			}
			return send(ctx, nil)
		},
		Print: func(done string) error {
			return s.print(&metav1.PartialObjectMetadata{
				TypeMeta:   metav1.TypeMeta{APIVersion: "keda.sh/v1alpha1", Kind: ref.Kind},
				ObjectMeta: metav1.ObjectMeta{Namespace: ref.Namespace, Name: ref.Name},
			}, done)
		},
	}
}

// print prints an autoscaler that was written.
func (s *scaling) print(o runtime.Object, done string) error {
	if s.output.wantsResult() {
		return nil
	}
	line := newObjectOutput()
	*line.flags.OutputFormat = *s.output.print.OutputFormat
	return line.print(s.env, o, done, s.transaction.flags.dryRun)
}

// back are the commands that give back what was taken.
func (s *scaling) back(result *rollout.Result) []string {
	changed := s.flags.toZero && len(result.Workloads) > 0 || slices.ContainsFunc(result.Autoscalers, func(a rollout.AutoscalerResult) bool {
		return a.State == rollout.ConfigChanged
	})
	if !changed || result.DryRun != "" || result.Outcome == rollout.Unchanged || result.Outcome == rollout.Refused {
		return nil
	}
	command := "kubectl app scale " + strings.Join(s.typed, " ")
	if len(result.Workloads) > 0 && len(s.flags.filenames) == 0 && s.flags.kustomize == "" {
		command += " -n " + result.Workloads[0].Namespace
	}
	return []string{command + " --restore"}
}

// restorable tells whether a workload has a number to restore, or an autoscaler to resume.
func (s *scaling) restorable(o cluster.Object) bool {
	_, zeroed := o.GetAnnotations()[autoscale.AnnotationBeforeZero]
	return s.resumes[o.Ref()] || zeroed && o.Replicas() == 0
}

// plan is the number of one workload.
func (s *scaling) plan(c cluster.Captured) (cluster.Edit, error) {
	if err := s.flags.holds(c); err != nil {
		return cluster.Edit{}, err
	}
	if s.flags.restore {
		return s.planRestore(c)
	}
	ref := c.Ref()
	n, err := s.wanted.Of(ref, c.Replicas())
	if err != nil {
		return cluster.Edit{}, err
	}
	edit := cluster.Edit{Template: *c.Template(), Replicas: &n}
	if pausedFor, taken := s.pausedFor[ref]; taken {
		if n != pausedFor {
			return edit, &rollout.ReplicasError{
				Workload: ref, Next: []string{release.Kubectl("get", ref)},
				Message: fmt.Sprintf("someone else has set the replicas of %s to %d at the same time", ref, c.Replicas()),
			}
		}
		edit.TakenOver = true
	}
	if s.flags.toZero && c.Replicas() > 0 {
		var scaledBy *autoscalingv2.HorizontalPodAutoscaler
		if all := s.autoscalers[ref]; len(all) > 0 {
			scaledBy = all[0]
		}
		edit.Annotations, err = autoscale.ToZero(c.GetAnnotations(), c.Replicas(), scaledBy)
	}
	return edit, err
}

// planRestore is the number that --to-zero has remembered.
func (s *scaling) planRestore(c cluster.Captured) (cluster.Edit, error) {
	ref := c.Ref()
	refuse := func(message string) (cluster.Edit, error) {
		return cluster.Edit{}, &rollout.ReplicasError{Workload: ref, Message: message, Next: []string{release.App("scale", ref) + " --replicas=COUNT"}}
	}
	before, annotations, err := autoscale.FromZero(c.GetAnnotations())
	n := c.Replicas()
	switch {
	case err != nil:
		return refuse(fmt.Sprintf("%s: %v", ref, err))
	case before == nil && !s.resumes[ref] && n == 0:
		return refuse(ref.String() + " has no number to restore: kubectl app scale --to-zero has not set it to 0")
	case before == nil && !s.resumes[ref]:
		return refuse(ref.String() + " has nothing to restore: neither --to-zero nor --take-over has changed it")
	case before != nil && n == 0:
		n = before.Replicas
	}
	edit := cluster.Edit{Template: *c.Template(), Replicas: &n, Autoscaled: len(s.autoscalers[ref]) > 0 || s.resumes[ref]}
	if before != nil {
		edit.Annotations = annotations
		s.warnGone(ref, before.Autoscaler)
	}
	return edit, nil
}

// warnGone warns of an autoscaler that set the replicas before they were set to 0, and is not there any more.
func (s *scaling) warnGone(ref workload.Ref, was *autoscale.BoundsBeforeZero) {
	if was == nil || len(s.autoscalers[ref]) > 0 || s.resumes[ref] {
		return
	}
	s.Note(fmt.Sprintf("horizontalpodautoscaler/%s is gone: it set the replicas of %s between %d and %d", was.Name, ref, was.MinReplicas, was.MaxReplicas))
}
