package workload

import (
	"fmt"
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// API is an object as a typed client decodes it.
type API interface {
	runtime.Object
	metav1.Object
}

// Resource is how the API serves a kind.
type Resource struct {
	schema.GroupVersionKind
	Plural string
	// Make returns an empty object, MakeList an empty list of them.
	Make     func() API
	MakeList func() runtime.Object
}

// String is the resource as RBAC and error messages name it: "deployments.apps", "pods".
func (r *Resource) String() string {
	if r.Group == "" {
		return r.Plural
	}
	return r.Plural + "." + r.Group
}

// made tells whether an object is of the type that Make makes.
func (r *Resource) made(o runtime.Object) bool { return reflect.TypeOf(r.Make()) == reflect.TypeOf(o) }

// Kind is a row of the table of kinds: what differs between the kinds that have a pod template.
type Kind struct {
	Resource
	Short []string

	// parts points into an object of the kind.
	parts func(API) parts
	// read fills in what only this kind's spec and status tell; nil for a kind without rollouts.
	read func(API, *Workload)
	// History is how revisions are kept; nil for a kind without rollouts.
	History *History
	// title is the kind in the lines of kubectl rollout status: "daemon set".
	title string
	// observer is who acts on a change, where that is no controller of this name: "kubelet".
	observer string
	// waiting and done are these lines (k8s.io/kubectl/pkg/polymorphichelpers) for a rollout that is waited for,
	// and for one that is complete. waiting is "" for one that kubectl calls done.
	waiting, done func(*Workload) string

	// templatePath is where the template is, as a JSON patch names it; "" is /spec/template.
	templatePath string
	// effect says what a change of an object's template does, where nothing is watched after it; "" where a rollout is.
	effect func(API) string
	// fixed says why the API server does not accept a template for an object, or returns ""; nil if it accepts all.
	fixed func(API, *corev1.PodTemplateSpec) string
	// remakes is what the controller of an object does after a change of it: "which makes new pods without it".
	remakes string
	// unscaled says, after "has no replicas", how many pods an object has; "" for a kind with replicas.
	unscaled string
}

// parts are the fields that kinds have in different places; nil where a kind has none.
type parts struct {
	spec     any // a pointer to the whole
	template *corev1.PodTemplateSpec
	selector *metav1.LabelSelector
	replicas **int32
	node     *string
	paused   *bool
	// messages are the texts of controllers in the status.
	messages []*string
	// claims are those of which each pod has its own.
	claims []corev1.PersistentVolumeClaim
}

// kinds is the table.
var kinds = []*Kind{
	deploymentKind, statefulSetKind, daemonSetKind,
	replicaSetKind, replicationControllerKind, jobKind, cronJobKind, podKind,
}

// Kinds returns the table.
func Kinds() []*Kind { return kinds }

// KindNamed returns the row of a kind ("Deployment"), or nil.
func KindNamed(name string) *Kind {
	for _, k := range kinds {
		if k.Kind == name {
			return k
		}
	}
	return nil
}

// WaitingLine is the line with which kubectl rollout status says what it waits for. Where kubectl would call the
// rollout done, it says that it is not verified. w is nil while the workload has not been seen.
func WaitingLine(ref Ref, w *Workload) string {
	kind := KindNamed(ref.Kind)
	if w == nil || w.ObservedGeneration < w.Generation {
		return fmt.Sprintf("Waiting for %s spec update to be observed...", kind.title)
	}
	if line := kind.waiting(w); line != "" {
		return line
	}
	return fmt.Sprintf("Waiting for %s %q rollout to finish: complete, but not verified yet...", kind.title, ref.Name)
}

// DoneLine is the line with which kubectl rollout status says that a rollout is complete.
func DoneLine(ref Ref, w *Workload) string {
	kind := KindNamed(ref.Kind)
	if w != nil && kind.done != nil {
		return kind.done(w)
	}
	return fmt.Sprintf("%s %q successfully rolled out", kind.title, ref.Name)
}

// Releasable tells whether the kind has rollouts that can be watched and taken back.
func (k *Kind) Releasable() bool { return k.History != nil }

// Watched tells whether a change of a template of the kind can be watched.
func (k *Kind) Watched() bool { return k.Releasable() || k.read != nil && !k.Scalable() }

// Readable tells whether the status of the kind tells of its pods.
func (k *Kind) Readable() bool { return k.read != nil }

// Scalable tells whether the kind has a number of replicas.
func (k *Kind) Scalable() bool { return k.parts(k.Make()).replicas != nil }

// Observer is who acts on a change: "the deployment controller".
func (k *Kind) Observer() string {
	if k.observer != "" {
		return "the " + k.observer
	}
	return "the " + k.Singular() + " controller"
}

// Remakes is what the controller of an object does after a change of it.
func (k *Kind) Remakes() string { return k.remakes }

// Unscaled says, after "has no replicas", how many pods an object has.
func (k *Kind) Unscaled() string { return k.unscaled }

// Singular is the kind's name in references and messages: "deployment".
func (k *Kind) Singular() string { return strings.ToLower(k.Kind) }

// Object is an object of a kind in the table.
type Object struct {
	API
	Kind *Kind
}

// ObjectOf finds the row of an object.
func ObjectOf(o runtime.Object) (Object, bool) {
	api, ok := o.(API)
	if !ok {
		return Object{}, false
	}
	for _, k := range kinds {
		if k.made(o) {
			return Object{api, k}, true
		}
	}
	return Object{}, false
}

// Ref names the object.
func (o Object) Ref() Ref {
	return Ref{Kind: o.Kind.Kind, Namespace: o.GetNamespace(), Name: o.GetName()}
}

// Template is the object's pod template; SetTemplate changes it.
func (o Object) Template() *corev1.PodTemplateSpec { return o.Kind.parts(o.API).template }

// SetTemplate copies a template into the object.
func (o Object) SetTemplate(t *corev1.PodTemplateSpec) {
	p := o.Kind.parts(o.API)
	if p.node == nil {
		t.DeepCopyInto(p.template)
		return
	}
	node, spec := *p.node, p.spec.(*corev1.PodSpec)
	t.Spec.DeepCopyInto(spec)
	spec.NodeName = node
}

// TemplatePatch is where a JSON patch replaces the template, and by what.
func (o Object) TemplatePatch() (path string, value any) {
	p := o.Kind.parts(o.API)
	switch o.Kind.templatePath {
	case "":
		return "/spec/template", p.template
	case "/spec":
		return "/spec", p.spec
	}
	return o.Kind.templatePath, p.template
}

// Effect says what a change of the template does, where nothing is watched after it; "" where a rollout is.
func (o Object) Effect() string {
	if o.Kind.effect == nil {
		return ""
	}
	return o.Kind.effect(o.API)
}

// Fixed says why the API server does not accept a template, or returns "".
func (o Object) Fixed(after *corev1.PodTemplateSpec) string {
	if o.Kind.fixed == nil {
		return ""
	}
	return o.Kind.fixed(o.API, after)
}

// Selector of the object's pods; nil where the kind has none.
func (o Object) Selector() *metav1.LabelSelector { return o.Kind.parts(o.API).selector }

// ClaimTemplates are the claims of which each pod of the object has its own. They can't be changed.
func (o Object) ClaimTemplates() []corev1.PersistentVolumeClaim { return o.Kind.parts(o.API).claims }

// Messages points to the texts of controllers in the object's status.
func (o Object) Messages() []*string { return o.Kind.parts(o.API).messages }

// Paused tells whether rollouts of the object are paused.
func (o Object) Paused() bool {
	paused := o.Kind.parts(o.API).paused
	return paused != nil && *paused
}

// SetPaused pauses or resumes; a kind that can't be paused stays as it is.
func (o Object) SetPaused(paused bool) {
	if p := o.Kind.parts(o.API).paused; p != nil {
		*p = paused
	}
}

// Copy is a deep copy.
func (o Object) Copy() Object {
	// A deep copy is of the same type.
	return Object{o.API.DeepCopyObject().(API), o.Kind}
}

// SpecWithoutReplicas is a copy of the spec for comparing: autoscalers and people change the replicas, and the scheduler
// the node.
func (o Object) SpecWithoutReplicas() any {
	p := o.Kind.parts(o.Copy().API)
	if p.replicas != nil {
		*p.replicas = nil
	}
	if p.node != nil {
		*p.node = ""
	}
	return p.spec
}

// Replicas is spec.replicas with its default.
func (o Object) Replicas() int32 {
	if p := o.Kind.parts(o.API); p.replicas != nil && *p.replicas != nil {
		return **p.replicas
	}
	return 1
}

// SetReplicas changes spec.replicas; a kind without it stays as it is.
func (o Object) SetReplicas(n int32) {
	if p := o.Kind.parts(o.API); p.replicas != nil {
		*p.replicas = &n
	}
}

// Workload reads the object as it comes from the API server, defaults applied. Where nothing is watched after a change of
// the template, it wants no pods.
func (o Object) Workload() *Workload {
	w := o.spec()
	if w.Unwatched = o.Effect(); w.Unwatched != "" {
		w.Desired = 0
	} else {
		o.Kind.read(o.API, w)
	}
	return w
}

// Running is Workload for a change of the replicas: its pods are watched whatever becomes of a change of the template.
func (o Object) Running() *Workload {
	w := o.spec()
	o.Kind.read(o.API, w)
	return w
}

// spec reads what all kinds have.
func (o Object) spec() *Workload {
	p := o.Kind.parts(o.API)
	w := &Workload{
		Ref:             o.Ref(),
		UID:             o.GetUID(),
		ResourceVersion: o.GetResourceVersion(),
		Generation:      o.GetGeneration(),
		Annotations:     o.GetAnnotations(),
		Managers:        o.GetManagedFields(),
		Selector:        p.selector,
		Template:        *p.template,
		Paused:          o.Paused(),
		Deleting:        o.GetDeletionTimestamp() != nil,
		Desired:         o.Replicas(),
	}
	return w
}

// Pausable tells whether rollouts of the kind can be paused.
func (k *Kind) Pausable() bool { return k.parts(k.Make()).paused != nil }

// Maker is the kind whose controller makes the pods, and on whose objects the events about that are.
func (k *Kind) Maker() string {
	if k.History != nil && !k.History.byPods {
		return k.History.Kind
	}
	return k.Kind
}

// Pausable are the plurals of the kinds that can be paused.
func Pausable() (plurals []string) {
	for _, k := range Kinds() {
		if k.Pausable() {
			plurals = append(plurals, k.Plural)
		}
	}
	return plurals
}
