package cluster

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Edit is what a change makes of one workload.
type Edit struct {
	Template corev1.PodTemplateSpec
	// Replicas is the wanted number, where the change is one of the replicas and not of the template; else nil.
	Replicas *int32
	// Autoscaled: an autoscaler may change the replicas as soon as they are written. TakenOver: the release keeps one from
	// doing so, and gives the replicas back to it with a rollback.
	Autoscaled, TakenOver bool
	// Revision is the earlier revision whose template this is; 0 for a new template.
	Revision int64
	// Annotations replaces the workload's own annotations, as kubectl's undo does; nil keeps them. Beside Replicas, they
	// are written with the workload and not through the subresource scale.
	Annotations map[string]string
	// ChangeCause becomes the annotation kubernetes.io/change-cause. With "" the cause of an earlier
	// change is removed, since it says nothing about this one; in Annotations it then stays.
	ChangeCause string
	// Resume ends the pause of a workload with the same write.
	Resume bool
}

// Plan computes the edit of a workload. It is called again with a newer capture when the workload
// was changed between its capture and the write.
type Plan func(Captured) (Edit, error)

// Change is a planned edit of one captured workload.
type Change struct {
	Captured
	Edit Edit
	plan Plan
	// predicted is the API server's answer to a dry run; nil before that, and where it was refused.
	predicted Object
}

// PlanAll plans every workload; the error joins those of all of them.
func PlanAll(captured []Captured, plan Plan) ([]Change, error) {
	changes := make([]Change, 0, len(captured))
	var faults []error
	for _, c := range captured {
		edit, err := plan(c)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		changes = append(changes, Change{Captured: c, Edit: edit, plan: plan})
	}
	if len(faults) == 1 {
		return changes, faults[0]
	}
	return changes, errors.Join(faults...)
}

// Unchanged tells that the workload already has the template, or that the API server makes of the change
// what is stored already: no rollout would follow.
func (c Change) Unchanged() bool {
	if c.Scales() {
		// One that is taken over is written in any case: that proves the number.
		return *c.Edit.Replicas == c.Replicas() && !c.Edit.TakenOver && (c.Edit.Annotations == nil || maps.Equal(c.Edit.Annotations, c.GetAnnotations()))
	}
	return workload.SameTemplate(c.Template(), c.After().Template())
}

// stored tells that the workload, which was as then, holds what the change asks for, if in another form.
func (c Change) stored(then Object) bool {
	if c.Scales() {
		return false
	}
	return workload.Stores(then.Template(), &c.Edit.Template, c.Template())
}

// Restarts tells whether the change does nothing but replace the pods.
func (c Change) Restarts() bool {
	return !c.Unchanged() && workload.OnlyRestarts(c.Template(), &c.Edit.Template)
}

// After is the object as the API server would store it or, while that is not known, as it would be sent.
func (c Change) After() Object {
	if c.predicted.API != nil {
		return c.predicted
	}
	return c.Edited()
}

// Edited is the object as a client-side dry run shows it.
func (c Change) Edited() Object {
	edited := c.Object.Copy()
	edited.SetTemplate(&c.Edit.Template)
	edited.SetAnnotations(c.Edit.annotations(edited.GetAnnotations()))
	if c.Edit.Resume {
		edited.SetPaused(false)
	}
	if c.Scales() {
		edited.SetReplicas(*c.Edit.Replicas)
	}
	return edited
}

// annotations are the object's own after the edit.
func (e Edit) annotations(own map[string]string) map[string]string {
	if e.Replicas != nil { // those below are about the template
		if e.Annotations != nil {
			return e.Annotations
		}
		return own
	}
	from := own
	if e.Annotations != nil {
		from = e.Annotations
	}
	merged := make(map[string]string, len(from)+1)
	for k, v := range from {
		merged[k] = v
	}
	// kubectl's undo copies a revision's verdict to the workload, from where the controller would copy it
	// over the verdict of each revision to come.
	delete(merged, workload.AnnotationVerdict)
	delete(merged, workload.AnnotationVoided) // any write makes an earlier one void
	// The number that a scale to 0 remembers is the workload's, and not that of a revision.
	delete(merged, autoscale.AnnotationBeforeZero)
	if zeroed, ok := own[autoscale.AnnotationBeforeZero]; ok {
		merged[autoscale.AnnotationBeforeZero] = zeroed
	}
	switch {
	case e.ChangeCause != "":
		merged[workload.AnnotationChangeCause] = e.ChangeCause
	case e.Annotations == nil:
		delete(merged, workload.AnnotationChangeCause)
	}
	if len(merged) == 0 {
		return nil
	}
	return merged
}

// NoEffect says what of the change is not in the stored object; "" if all of it is.
func (c Change) NoEffect(after Object) string {
	before, asked, stored := c.Template(), &c.Edit.Template, after.Template()
	dropped, kept := workload.Dropped(before, asked, stored), workload.SameTemplate(before, stored)
	if len(dropped) == 0 && (!kept || workload.SameButImages(before, asked)) {
		return ""
	}
	result, by := "does not store all of it", "sets it back"
	if kept {
		result = "keeps its template as it was"
	}
	if len(dropped) > 0 {
		by = "drops " + strings.Join(dropped, ", ")
	}
	return fmt.Sprintf("the API server accepts the change of %s, but %s: a webhook or a policy %s", c.Ref(), result, by)
}

// Written is a workload that was changed.
type Written struct {
	Object
	Before *rollout.Baseline
	// Doubt says of a rollout that was found under way why it is not known to have replaced what served.
	Doubt string
	// New: it was created.
	New bool
	// Scaled: the change is one of the replicas. Autoscaled and TakenOver are those of the edit.
	Scaled, Autoscaled, TakenOver bool
	// before is the whole object, for what a restore has to put back beside the template.
	before Object
	// restores is the revision whose template an undo has written; else 0.
	restores int64
	// change is set while it is not known whether it was written: the object is then what was asked for.
	change *Change
}

// asked is a change whose write has got no answer.
func (c Change) asked() Written {
	return Written{
		Object: c.Edited(), Before: c.Before, Scaled: c.Scales(), Autoscaled: c.Edit.Autoscaled, TakenOver: c.Edit.TakenOver,
		New: c.New, before: c.Object, change: &c, restores: c.Edit.Revision,
	}
}

// OldImages are the arguments of set image that bring back all that the change did; none if it did more.
func (w Written) OldImages() []string {
	if w.Before == nil || !workload.SameButImages(&w.Before.Workload.Template, w.Template()) {
		return nil
	}
	before, _ := workload.ChangedImages(workload.Images(&w.Before.Workload.Template), workload.Images(w.Template()))
	var all []string
	for _, container := range slices.Sorted(maps.Keys(before)) {
		all = append(all, container+"="+before[container])
	}
	return all
}

// Target is the workload for the engine: what our write produced, to be watched.
func (w Written) Target() rollout.Target {
	if w.Scaled {
		return rollout.Target{
			Ref: w.Ref(), UID: w.GetUID(), Generation: w.GetGeneration(), Replicas: new(w.Replicas()), Autoscaled: w.Autoscaled, Baseline: w.Before,
		}
	}
	return rollout.Target{
		Ref: w.Ref(), UID: w.GetUID(), Generation: w.GetGeneration(),
		Template: w.Template().DeepCopy(), Baseline: w.Before, Pod: w.Workload().Pod, Restores: w.restores,
	}
}
