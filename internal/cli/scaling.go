package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
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
	// pausedFor is the number for which the autoscalers of a workload are paused; resumes has the one that goes on.
	pausedFor map[workload.Ref]int32
	resumes   map[workload.Ref]*autoscalingv2.HorizontalPodAutoscaler
	// stayPaused are workloads that get their number back, but whose autoscaler stays paused.
	stayPaused []workload.Ref
	// unread are namespaces whose autoscalers may not be read.
	unread map[string]bool
	// namespace is that of the first workload.
	namespace string
}

// prepare makes the changes of autoscalers a part of the release, and leaves out workloads that were chosen by a selector
// and have nothing to restore.
func (s *scaling) prepare(ctx context.Context, objects []cluster.Object) ([]cluster.Object, error) {
	f := s.flags
	if !f.takeOver && !f.toZero && !f.restore {
		return objects, nil
	}
	s.autoscalers, s.pausedFor, s.resumes = map[workload.Ref][]*autoscalingv2.HorizontalPodAutoscaler{}, map[workload.Ref]int32{}, map[workload.Ref]*autoscalingv2.HorizontalPodAutoscaler{}
	s.unread, s.namespace = map[string]bool{}, objects[0].GetNamespace()
	in := map[string][]cluster.Object{}
	for _, o := range objects {
		in[o.GetNamespace()] = append(in[o.GetNamespace()], o)
	}
	for namespace, objects := range in {
		if err := s.read(ctx, namespace, objects); err != nil {
			return nil, err
		}
	}
	s.next = s.back
	if f.restore && (f.all || f.selector != "") {
		objects = slices.DeleteFunc(slices.Clone(objects), func(o cluster.Object) bool {
			return !zeroed(o) || o.Replicas() == 0 && !o.Running().WroteReplicasWith(autoscale.AnnotationBeforeZero)
		})
		if len(objects) == 0 {
			s.Warn("nothing to restore: --to-zero has set none of these workloads to 0")
		}
	}
	return objects, nil
}

// read finds the autoscalers of the workloads in a namespace.
func (s *scaling) read(ctx context.Context, namespace string, objects []cluster.Object) error {
	list, err := s.cluster.Autoscalers(ctx, namespace)
	if cluster.Is(err, cluster.Forbidden) && !s.flags.takeOver { // the preflight warns of it
		s.unread[namespace] = true
		err = nil
	}
	if err != nil {
		return err
	}
	for _, o := range objects {
		ref := o.Ref()
		for i := range list {
			if autoscale.Scales(&list[i], ref) {
				s.autoscalers[ref] = append(s.autoscalers[ref], &list[i])
			}
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
			if !s.resumable(o, a) {
				s.tellPaused(ref, a)
				continue
			}
			if after, err = autoscale.Resume(a); after != nil {
				s.resumes[ref] = after
			}
		case s.flags.takeOver && autoscale.ScaledObject(a) == "": // the preflight refuses KEDA's
			var n int32
			if n, err = s.wanted.Of(ref, o.Replicas()); err != nil {
				return err
			}
			s.pausedFor[ref] = n
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
	change := &release.AutoscalerChange{Ref: cluster.AutoscalerRef(from), Of: of, Done: "resumed"}
	if s.flags.takeOver {
		change.Done = "paused"
	}
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
	if s.flags.restore {
		next := make([]string, 0, len(s.stayPaused))
		for _, ref := range s.stayPaused {
			next = append(next, scaleCommand(ref)+" --restore")
		}
		return next
	}
	changed := s.flags.toZero && len(result.Workloads) > 0 || slices.ContainsFunc(result.Autoscalers, func(a rollout.AutoscalerResult) bool {
		return a.State == rollout.ConfigChanged
	})
	if !changed || result.DryRun != "" || result.Outcome == rollout.Unchanged || result.Outcome == rollout.Refused {
		return nil
	}
	command := "kubectl app scale " + strings.Join(s.typed, " ")
	if len(s.flags.filenames) == 0 && s.flags.kustomize == "" {
		command += " -n " + s.namespace
	}
	return []string{command + " --restore"}
}

// scaleCommand is what scales a workload, also one that is never released.
func scaleCommand(ref workload.Ref) string {
	return "kubectl app scale " + ref.String() + cluster.InFlag(ref.Namespace)
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
	s.noteNumber(c, n)
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
			if active, err := autoscale.Resume(scaledBy); err == nil && active != nil {
				scaledBy = active
			}
		}
		edit.Annotations, err = autoscale.ToZero(c.GetAnnotations(), c.Replicas(), scaledBy)
	}
	return edit, err
}

// noteNumber says what a number does that may not be meant.
func (s *scaling) noteNumber(c cluster.Captured, n int32) {
	if c.Replicas() > 0 || s.flags.toZero {
		return
	}
	before, _, err := autoscale.FromZero(c.GetAnnotations())
	switch {
	case n == 0 && s.wanted.Multiplies():
		s.Note(fmt.Sprintf("%s has 0 replicas, and %s of 0 is 0: give a number", c.Ref(), s.flags.replicas))
	case n > 0 && err == nil && before != nil && before.Replicas != n:
		s.Note(fmt.Sprintf("%s had %s before --to-zero; with another number, --restore does not set them again", c.Ref(), workload.Plural(int(before.Replicas), "replica", "replicas")))
	}
}
