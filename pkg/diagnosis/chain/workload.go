package chain

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ofRevision says which pods these are. A revision has no number if its object may not be read.
func ofRevision(r *workload.Revision) string {
	if r.Number == 0 {
		return "pods of an unknown revision"
	}
	return fmt.Sprintf("pods of revision %d", r.Number)
}

// Workload asks about a workload with rollouts.
func Workload(o diagnosis.Observed, now time.Time) *Subject {
	s := &Subject{Ref: o.Workload.Ref, now: now, forbidden: o.Forbidden}
	current := workload.Current(o.Workload, o.Revisions)
	of := "pods"
	if current != nil && slices.ContainsFunc(o.Pods, func(p *corev1.Pod) bool { return !current.Owns(p) && p.DeletionTimestamp == nil }) {
		of = "new pods"
	}
	s.add(&look{in: diagnosis.Input{Observed: o, Revision: current, Populated: !neverPlaced(o, current), EndedCount: true}, of: of})
	for i := range o.Revisions {
		if r := &o.Revisions[i]; r != current && slices.ContainsFunc(o.Pods, func(p *corev1.Pod) bool { return r.Owns(p) && p.DeletionTimestamp == nil }) {
			s.add(&look{in: diagnosis.Input{Observed: aside(o, r), Revision: r}, of: ofRevision(r), aside: true})
		}
	}
	s.explain = func(r *Report, d *decision) {
		explainWorkload(r, d, s.looks[0], current)
		if d.problem == nil {
			s.explainNamespace(r)
		}
	}
	return s
}

// namespace is that of a workload that lacks pods, and nothing says why: controllers say nothing of a namespace that is
// being deleted.
func (s *Subject) namespace() []workload.Ref {
	if kind := workload.KindNamed(s.Ref.Kind); kind == nil || !kind.Releasable() || len(s.looks) == 0 {
		return nil
	}
	if l := s.looks[0]; l.found == nil || l.found.Complete || l.in.Workload.Total >= l.in.Workload.Desired {
		return nil
	}
	return []workload.Ref{{Kind: kindNamespace, Name: s.Ref.Namespace}}
}

// explainNamespace begins the chain of such a workload.
func (s *Subject) explainNamespace(r *Report) {
	for _, ref := range s.namespace() {
		known := s.related[ref]
		if known.Object == nil {
			continue
		}
		if step, ok := known.step(ref, &diagnosis.Problem{}, s.now); ok {
			r.Chain = append([]Step{step}, r.Chain...)
			r.Message += ": " + lowerRef(ref) + " is being deleted"
			r.next("kubectl describe " + lowerRef(ref))
		}
	}
}

// neverPlaced tells of a DaemonSet without a node whether no change has led to that: it has no pods, and no earlier revision
// chose its nodes in another way.
func neverPlaced(o diagnosis.Observed, current *workload.Revision) bool {
	if !o.Workload.PerNode || o.Workload.Desired != 0 || len(o.Pods) > 0 || current == nil {
		return false
	}
	now := &current.Template.Spec
	return !slices.ContainsFunc(o.Revisions, func(r workload.Revision) bool {
		s := &r.Template.Spec
		return !equality.Semantic.DeepEqual([]any{s.NodeSelector, s.Affinity, s.Tolerations}, []any{now.NodeSelector, now.Affinity, now.Tolerations})
	})
}

// aside is what is known of the pods of an old revision, without the rollout.
func aside(o diagnosis.Observed, r *workload.Revision) diagnosis.Observed {
	o.Workload = &workload.Workload{
		Ref: o.Workload.Ref, UID: o.Workload.UID, Template: r.Template, Desired: r.Desired, Total: r.Total, Ready: r.Ready, Available: r.Available,
	}
	return o
}

// explainWorkload ends the chain at the workload.
func explainWorkload(r *Report, d *decision, main *look, current *workload.Revision) {
	w := main.in.Workload
	if made := maker(main, d, current); made.Object.Name != "" {
		r.Chain = append(r.Chain, made)
	}
	step := Step{Object: w.Ref, Says: status(main), Field: "status.readyReplicas"}
	if w.PerNode {
		step.Field = "status.numberReady"
	}
	late := w.Condition("Progressing")
	isLate := late != nil && late.Reason == "ProgressDeadlineExceeded" && w.ObservedGeneration >= w.Generation
	if isLate {
		step.Field, step.Message = "status.conditions[Progressing]", late.Message
		r.State = Failing
	}
	last := len(r.Chain) - 1
	switch {
	case last >= 0 && r.Chain[last].Object == step.Object:
		r.Chain[last].Says = step.Says
	case d.problem != nil || isLate:
		r.Chain = append(r.Chain, step)
	}
	if d.problem == nil {
		withoutProblem(r, main, step, isLate)
	}
	if mayUndo(r, d, w, main) {
		r.next(fmt.Sprintf("kubectl app rollout undo %s -n %s", lowerRef(w.Ref), w.Namespace))
	}
}

// withoutProblem tells a workload that is as it should be from one that is on its way, or stands still.
func withoutProblem(r *Report, main *look, step Step, late bool) {
	w := main.in.Workload
	switch {
	case main.found.Complete && w.Desired == 0:
		r.Message = "nothing found: " + withoutPods(w, r.Time)
		switch {
		case w.PerNode:
			r.next("kubectl get nodes --show-labels")
		case w.Annotations[workload.AnnotationBeforeZero] != "":
			r.next("kubectl app scale " + lowerRef(w.Ref) + " --restore -n " + w.Namespace)
		default:
			r.next("kubectl get "+lowerRef(w.Ref)+" -n "+w.Namespace, "kubectl app scale "+lowerRef(w.Ref)+" --replicas=1 -n "+w.Namespace)
		}
		return
	case main.found.Complete && w.Available >= w.Desired:
		r.Message = "nothing found: " + step.Says
		if w.Paused {
			r.Message += "; it is paused: changes of the template wait until it is resumed"
			r.next(fmt.Sprintf("kubectl app rollout resume %s -n %s", lowerRef(w.Ref), w.Namespace))
		}
		return
	case late:
		r.Message = "the rollout made no progress within its deadline" + main.found.Silence()
	default:
		r.State = Progressing
		r.Message = step.Says + main.found.Silence()
		r.Chain = append(r.Chain, step)
	}
	r.next("kubectl app rollout status "+lowerRef(w.Ref)+" -n "+w.Namespace, "kubectl describe "+lowerRef(w.Ref)+" -n "+w.Namespace)
}

// withoutPods says why a workload is to have no pods.
func withoutPods(w *workload.Workload, now time.Time) string {
	if !w.PerNode {
		return "no pod is to run: spec.replicas is 0" + scaledBy(w, now)
	}
	var labels []string
	for _, key := range slices.Sorted(maps.Keys(w.Template.Spec.NodeSelector)) {
		labels = append(labels, key+"="+w.Template.Spec.NodeSelector[key])
	}
	if len(labels) > 0 {
		return "no pod is to run: no node fits, and the nodeSelector asks for " + strings.Join(labels, ", ")
	}
	return "no pod is to run: no node fits the affinity and the tolerations of the pods"
}

// scaledBy says who set spec.replicas to 0, and how many there were. The API server records no field manager for a 0 that
// came by the scale subresource.
func scaledBy(w *workload.Workload, now time.Time) string {
	text := ""
	switch name, at := w.ReplicasWriter(); {
	case name != "":
		text = ", set by " + name
		if at != nil {
			text += " " + strings.TrimPrefix(forTime(at.Time, now), " for ") + " ago"
		}
	case len(w.Managers) > 0:
		text = ", set as kubectl scale and autoscalers do"
	}
	for _, key := range slices.Sorted(maps.Keys(w.Annotations)) {
		if strings.HasSuffix(key, "original-replicas") { // of kube-downscaler
			text += fmt.Sprintf("; annotation %s: %s", key, w.Annotations[key])
		}
	}
	return text
}

// mayUndo tells whether an earlier revision is there to go back to, from one that never was complete.
func mayUndo(r *Report, d *decision, w *workload.Workload, main *look) bool {
	return r.State == Failing && d.look == main && d.problem.Grade != diagnosis.Waiting && !w.RolledOut && !main.found.Complete &&
		len(main.in.Revisions) > 1 && d.problem.Cause != diagnosis.Paused
}

// maker is the object between the pods and the workload, if there is one.
func maker(main *look, d *decision, current *workload.Revision) Step {
	kind := workload.KindNamed(main.in.Workload.Kind)
	if d.problem == nil || current == nil || kind.Maker() == kind.Kind || d.problem.Source.Kind == kind.Maker() || !d.fromPod() {
		return Step{}
	}
	revision := d.look.in.Revision
	return Step{
		Object: workload.Ref{Kind: kind.Maker(), Namespace: main.in.Workload.Namespace, Name: revision.Name},
		Says:   fmt.Sprintf("revision %d: %d of %d ready", revision.Number, revision.Ready, revision.Desired),
		Field:  "status.readyReplicas",
	}
}

func (d *decision) fromPod() bool { return d.problem.Source.Kind == kindPod }

// status is a workload's pods in one line.
func status(main *look) string {
	w := main.in.Workload
	words := []string{fmt.Sprintf("%d of %d ready", w.Ready, w.Desired)}
	if w.Updated < w.Goal() || w.Total > w.Updated && w.Strategy.Partition == 0 {
		words = append(words, fmt.Sprintf("%d updated", w.Updated))
	}
	old := 0
	for _, pod := range main.in.Pods {
		if main.in.Revision != nil && !main.in.Revision.Owns(pod) && pod.DeletionTimestamp == nil && diagnosis.IsReady(pod) {
			old++
		}
	}
	if old > 0 && !main.found.Complete {
		words = append(words, workload.Plural(old, "old pod serves", "old pods serve"))
	}
	return strings.Join(words, ", ")
}
