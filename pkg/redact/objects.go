package redact

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Workload learns the template, and masks what controllers and the kubelet say in the status, in place.
func (r *Redactor) Workload(o workload.Object) {
	r.owner(o, o.Template())
	r.texts(o.Messages()...)
	if p, ok := o.API.(*corev1.Pod); ok {
		r.Pod(p)
	}
}

// Revision learns the template of a revision's object, and masks what controllers say in its status, in place.
func (r *Redactor) Revision(h *workload.History, o workload.API) {
	template := h.Template(o)
	r.owner(o, &template)
	r.texts(h.Messages(o)...)
}

func (r *Redactor) owner(meta metav1.Object, template *corev1.PodTemplateSpec) {
	r.Public(meta.GetNamespace(), meta.GetName())
	for _, labels := range []map[string]string{meta.GetLabels(), template.Labels} {
		for _, value := range labels {
			r.Public(value)
		}
	}
	r.Template(&template.Spec)
}

// Pod masks what the scheduler and the kubelet say of a pod, in place.
func (r *Redactor) Pod(p *corev1.Pod) { r.Pods(p) }

// said are the texts of a pod's status.
func said(p *corev1.Pod) []*string {
	var all []*string
	s := &p.Status
	all = append(all, &s.Message)
	for i := range s.Conditions {
		all = append(all, &s.Conditions[i].Message)
	}
	for i := range s.VolumeHealth {
		for j := range s.VolumeHealth[i].HealthConditions {
			all = append(all, &s.VolumeHealth[i].HealthConditions[j].Message)
		}
	}
	for status := range statuses(p) {
		for _, r := range status.AllocatedResourcesStatus {
			for j := range r.Resources {
				if m := r.Resources[j].Message; m != nil {
					all = append(all, m)
				}
			}
		}
		for _, state := range []*corev1.ContainerState{&status.State, &status.LastTerminationState} {
			if w := state.Waiting; w != nil {
				all = append(all, &w.Message)
			}
			if t := state.Terminated; t != nil {
				all = append(all, &t.Message)
			}
		}
	}
	return slices.DeleteFunc(all, func(text *string) bool { return *text == "" })
}

// mostVariables bounds what is kept of pods to each of which a webhook gives values of its own.
const mostVariables = 5000

// Masked is a copy of an object of the kinds above whose annotations are masked, too.
func (r *Redactor) Masked(o runtime.Object) runtime.Object {
	o = o.DeepCopyObject()
	switch o := o.(type) {
	case *corev1.Event:
		r.Event(o)
	case *corev1.Pod:
		r.Pod(o)
		r.annotations(o.Annotations)
	case workload.API:
		if w, ok := workload.ObjectOf(o); ok {
			r.Workload(w)
			r.annotations(o.GetAnnotations())
		} else if h := workload.HistoryOf(o); h != nil {
			r.Revision(h, o)
			r.annotations(o.GetAnnotations())
		}
	}
	return o
}

// Event masks what an event says, in place.
func (r *Redactor) Event(e *corev1.Event) { r.Events(e) }

// Events masks what events say, in place. A reason is a word of the API, here and in each status. What is normal quotes no
// program.
func (r *Redactor) Events(events ...*corev1.Event) {
	var quoting []types.NamespacedName
	quotes := func(e *corev1.Event) bool {
		return e.InvolvedObject.Kind == "Pod" && e.Type != corev1.EventTypeNormal && !slices.Contains(withoutValues, e.Reason)
	}
	for _, e := range events {
		if quotes(e) {
			quoting = append(quoting, types.NamespacedName{Namespace: e.InvolvedObject.Namespace, Name: e.InvolvedObject.Name})
		}
	}
	r.read(quoting...)
	for _, e := range events {
		r.say(e)
	}
}

// Status masks what the API server says of a request, in place.
func (r *Redactor) Status(s *metav1.Status) {
	r.texts(&s.Message)
	if s.Details == nil {
		return
	}
	for i := range s.Details.Causes {
		r.texts(&s.Details.Causes[i].Message, &s.Details.Causes[i].Field)
	}
}

func (r *Redactor) annotations(all map[string]string) {
	for name, text := range all {
		all[name] = r.Text(text)
	}
}

func (r *Redactor) texts(all ...*string) {
	for _, text := range all {
		if *text != "" {
			*text = r.Text(*text)
		}
	}
}
