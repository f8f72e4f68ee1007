package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// world is a cluster in memory, with Deployments of three replicas. It stores what is written, and its controllers
// finish a rollout at once, unless the tag of the image says otherwise:
//
//	missing  the image does not exist
//	slow     pods are ready after 30 s
//	never    pods are never ready
type world struct {
	mu    sync.Mutex
	apps  map[string]*app
	calls []string
	// faults are what becomes of a call ("apply web") instead of its success.
	faults map[string]error
	// before is done first in a call.
	before  map[string]func()
	refused []preflight.Check
	outage  watch.Update
	skew    time.Duration
	dirty   []chan struct{}
}

// Faults of a write whose answer was lost.
var (
	errArrived = errors.New("no answer, but it is stored")
	errNever   = errors.New("no answer, and it is not stored")
	errAltered = errors.New("a webhook changed it")
)

// app is a Deployment and its revisions.
type app struct {
	stored    *appsv1.Deployment
	revisions []workload.Revision
	ready     time.Time // when the pods of the newest revision are
	broken    string    // an image that is missing, whatever its tag
}

// newWorld has a Deployment for each image of the form name:tag, each in its first revision.
func newWorld(images ...string) *world {
	w := &world{apps: map[string]*app{}, faults: map[string]error{}, before: map[string]func(){}}
	for _, image := range images {
		name, _, _ := strings.Cut(image, ":")
		labels := map[string]string{"app": name}
		d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, UID: types.UID(name)}}
		d.Spec.Replicas, d.Spec.ProgressDeadlineSeconds = new(int32(3)), new(int32(600))
		d.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels}
		d.Spec.Template = corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}}
		w.apps[name] = &app{stored: d}
		w.apps[name].roll(template(d.Spec.Template, image))
	}
	return w
}

func template(from corev1.PodTemplateSpec, image string) corev1.PodTemplateSpec {
	from.Spec.Containers = []corev1.Container{{Name: "web", Image: image}}
	return from
}

func (a *app) image() string { return a.stored.Spec.Template.Spec.Containers[0].Image }

func (a *app) missing() bool {
	return strings.HasSuffix(a.image(), ":missing") || a.image() == a.broken
}

// roll makes the template the newest revision.
func (a *app) roll(next corev1.PodTemplateSpec) {
	a.stored = a.stored.DeepCopy()
	a.stored.Generation++
	a.stored.Spec.Template = next
	revisions := slices.Clone(a.revisions)
	name := fmt.Sprintf("%s-%d", a.stored.Name, len(revisions)+1)
	newest := workload.Revision{Name: name, UID: types.UID(name), Hash: name, Key: workload.RevisionKey{Owner: types.UID(name)}, Created: time.Now(), Template: next}
	if i := slices.IndexFunc(revisions, func(r workload.Revision) bool { return workload.SameTemplate(&r.Template, &next) }); i >= 0 {
		newest = revisions[i] // used again, under a new number
		revisions = slices.Delete(revisions, i, i+1)
	}
	newest.Number = a.stored.Generation
	revisions = append(revisions, newest)
	a.revisions = revisions
	a.ready = time.Now()
	switch {
	case strings.HasSuffix(a.image(), ":slow"):
		a.ready = a.ready.Add(30 * time.Second)
	case strings.HasSuffix(a.image(), ":never"), a.missing():
		a.ready = a.ready.Add(24 * time.Hour)
	}
}

// observe is the Deployment as it is now: all pods are new, or one is while the others serve.
func (a *app) observe() diagnosis.Observed {
	revisions := slices.Clone(a.revisions)
	newest := &revisions[len(revisions)-1]
	replicas := *a.stored.Spec.Replicas
	d := a.stored.DeepCopy()
	d.Status = appsv1.DeploymentStatus{ObservedGeneration: d.Generation, Replicas: replicas, UpdatedReplicas: replicas, ReadyReplicas: replicas, AvailableReplicas: replicas}
	pods := diagnosis.NewPodSet(0)
	newest.Desired, newest.Total, newest.Ready, newest.Available = replicas, replicas, replicas, replicas
	if time.Now().Before(a.ready) {
		newest.Desired, newest.Total, newest.Ready, newest.Available = 1, 1, 0, 0
		d.Status.UpdatedReplicas, d.Status.Replicas = 1, replicas+1
		pods.Put(a.waiting(newest))
		if len(revisions) == 1 {
			d.Status.ReadyReplicas, d.Status.AvailableReplicas = 0, 0
		} else {
			newest = &revisions[len(revisions)-2]
			newest.Desired, newest.Total, newest.Ready, newest.Available = replicas, replicas, replicas, replicas
		}
	}
	for i := range newest.Ready {
		p := podtest.ReadyOf(newest.UID, fmt.Sprintf("%s-%d", newest.Name, i))
		p.Status.Conditions[1].LastTransitionTime = metav1.NewTime(a.ready)
		p.Status.ContainerStatuses[0].State.Running.StartedAt = metav1.NewTime(a.ready)
		pods.Put(p)
	}
	object, _ := workload.ObjectOf(d)
	return diagnosis.Observe(object.Workload(), revisions, pods)
}

func (a *app) waiting(revision *workload.Revision) *corev1.Pod {
	p := podtest.Owned(revision.UID, revision.Name+"-new")
	if a.missing() {
		p = podtest.Waiting(p.Name, "ErrImagePull", fmt.Sprintf("failed to pull and unpack image %[1]q: failed to resolve reference %[1]q: %[1]s: not found", "docker.io/library/"+a.image()))
		p.OwnerReferences[0].UID = revision.UID
	}
	return p
}

func (a *app) object() cluster.Object {
	o, _ := workload.ObjectOf(a.stored.DeepCopy())
	return o
}

// captured is what a release finds.
func (w *world) captured(names ...string) (all []cluster.Captured) {
	for _, name := range names {
		seen := w.apps[name].observe()
		all = append(all, cluster.Captured{
			Object: w.apps[name].object(), Revisions: seen.Revisions, Before: rollout.Capture(seen.Workload, seen.Revisions, nil),
		})
	}
	return all
}

// someone changes an image as another person does.
func (w *world) someone(name, image string) {
	w.mu.Lock()
	a := w.apps[name]
	a.roll(template(a.stored.Spec.Template, image))
	w.mu.Unlock()
	w.poke()
}

// fail makes a call fail from now on.
func (w *world) fail(call string, err error) {
	w.mu.Lock()
	w.faults[call] = err
	w.mu.Unlock()
	w.poke()
}

// fault is the error of a call.
func (w *world) fault(call string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.faults[call]
}

// away makes the API server silent from now on.
func (w *world) away(trouble error) {
	w.mu.Lock()
	w.outage = watch.Update{Unreachable: time.Now(), Trouble: trouble}
	w.mu.Unlock()
	w.poke()
}

// images are those of all Deployments.
func (w *world) images() string {
	var all []string
	for _, a := range w.apps {
		all = append(all, a.image())
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// call notes a call and returns its fault.
func (w *world) call(verb, name string) error {
	call := verb + " " + name
	if first := w.before[call]; first != nil {
		first()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, call)
	return w.faults[call]
}

func (w *world) poke() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.dirty {
		select {
		case d <- struct{}{}:
		default:
		}
	}
}

// Skew implements Cluster.
func (w *world) Skew() time.Duration { return w.skew }

// Preflight implements Cluster.
func (w *world) Preflight(_ context.Context, changes []cluster.Change, _ preflight.Options) (preflight.Report, error) {
	var names []string
	for _, c := range changes {
		names = append(names, c.GetName())
	}
	err := w.call("preflight", strings.Join(names, " "))
	return preflight.Report{Checks: w.refused, Changes: changes}, err
}

// Apply implements Cluster as cluster.Apply documents it, one change after the other.
func (w *world) Apply(ctx context.Context, changes []cluster.Change, o cluster.WriteOptions) (written []cluster.Written, err error) {
	partial := &cluster.PartialError{}
	for _, c := range changes {
		name := c.GetName()
		fault := w.call("apply", name)
		switch {
		case fault == nil && ctx.Err() != nil:
			partial.Err = context.Cause(ctx)
		case errors.Is(fault, errArrived), errors.Is(fault, errNever):
			if errors.Is(fault, errArrived) {
				w.write(c)
			}
			partial.Doubtful = append(partial.Doubtful, cluster.Written{Object: c.Edited(), Before: c.Before, Scaled: c.Scales()})
			partial.Failed, partial.Err = c.Ref(), fault
		case errors.Is(fault, errAltered):
			partial.Altered = append(partial.Altered, cluster.Written{Object: w.write(c), Before: c.Before, Scaled: c.Scales()})
			partial.Failed, partial.Err = c.Ref(), fault
		case fault != nil:
			partial.Failed, partial.Err = c.Ref(), fault
		default:
			written = append(written, cluster.Written{Object: w.write(c), New: c.New, Before: c.Before, Scaled: c.Scales()})
			continue
		}
		break
	}
	partial.Written = written
	switch {
	case partial.Err == nil:
		return written, nil
	case len(written)+len(partial.Doubtful)+len(partial.Altered) == 0, len(changes) == 1 && !o.Joint:
		return nil, partial.Err
	}
	return written, partial
}

// write stores a change.
func (w *world) write(c cluster.Change) cluster.Object {
	if c.New {
		w.mu.Lock()
		d := c.Object.Copy().API.(*appsv1.Deployment)
		d.UID, d.Spec.ProgressDeadlineSeconds = types.UID(d.Name), new(int32(600))
		w.apps[d.Name] = &app{stored: d}
		w.mu.Unlock()
	}
	if c.Scales() {
		return w.scale(c.GetName(), *c.Edit.Replicas)
	}
	return w.store(c.GetName(), c.Edit.Template)
}

// scale sets the replicas; the pods are there at once, unless the image says otherwise.
func (w *world) scale(name string, n int32) cluster.Object {
	w.mu.Lock()
	a := w.apps[name]
	a.stored = a.stored.DeepCopy()
	a.stored.Generation++
	a.stored.Spec.Replicas = &n
	o := a.object()
	w.mu.Unlock()
	w.poke()
	return o
}

func (w *world) store(name string, next corev1.PodTemplateSpec) cluster.Object {
	w.mu.Lock()
	a := w.apps[name]
	a.roll(*next.DeepCopy())
	o := a.object()
	w.mu.Unlock()
	w.poke()
	return o
}

// RestoreAll implements Cluster.
func (w *world) RestoreAll(_ context.Context, written []cluster.Written, _ cluster.WriteOptions) (backs []cluster.Written, faults []error) {
	for _, was := range written {
		back, err := w.restore(was)
		backs, faults = append(backs, back), append(faults, err)
	}
	return backs, faults
}

func (w *world) restore(was cluster.Written) (cluster.Written, error) {
	name := was.GetName()
	before := &was.Before.Workload.Template
	fault := w.call("restore", name)
	w.mu.Lock()
	now := w.apps[name].object()
	w.mu.Unlock()
	switch {
	case fault != nil:
		return cluster.Written{}, fault
	case errors.Is(w.fault("apply "+name), errNever):
		return cluster.Written{}, &cluster.NotWrittenError{Workload: was.Ref()}
	case was.Scaled && now.Replicas() != was.Replicas():
		return cluster.Written{}, &cluster.SupersededError{Workload: was.Ref(), What: "its replicas were set to another number"}
	case was.Scaled:
		o := w.scale(name, was.Before.Workload.Desired)
		return cluster.Written{Object: o, Before: rollout.CaptureReplicas(now.Running()), Scaled: true}, nil
	case !workload.SameTemplate(now.Template(), was.Template()):
		return cluster.Written{}, &cluster.SupersededError{
			Workload: was.Ref(), What: "its template was changed by kubectl edit", Restored: workload.SameTemplate(now.Template(), before),
		}
	}
	return cluster.Written{Object: w.store(name, *before), Before: &rollout.Baseline{Workload: now.Workload()}}, nil
}

// Pause implements Cluster.
func (w *world) Pause(_ context.Context, was cluster.Written, _ cluster.WriteOptions) (cluster.Written, error) {
	return was, w.call("pause", was.GetName())
}

// DeleteNew implements Cluster: the pods take 30 s to end.
func (w *world) DeleteNew(_ context.Context, was cluster.Written, _ cluster.WriteOptions) error {
	if err := w.call("delete", was.GetName()); err != nil {
		return err
	}
	time.AfterFunc(30*time.Second, func() {
		w.mu.Lock()
		delete(w.apps, was.GetName())
		w.mu.Unlock()
		w.poke()
	})
	return nil
}

// RecordVerdicts implements Cluster.
func (w *world) RecordVerdicts(_ context.Context, verdicts []cluster.Verdict, _ cluster.WriteOptions) (faults []error) {
	for _, v := range verdicts {
		if err := w.call("verdict", v.Revision+" "+string(v.Annotation.Outcome)); err != nil {
			faults = append(faults, err)
		}
	}
	return faults
}

// DeletePod implements Cluster.
func (w *world) DeletePod(_ context.Context, pod rollout.PodRef) (bool, error) {
	err := w.call("delete", pod.Name)
	return err == nil, err
}

// Watch implements Cluster.
func (w *world) Watch(ctx context.Context, targets []watch.Target, _ func(watch.Record)) (Watch, error) {
	if err := w.call("watch", fmt.Sprint(len(targets))); err != nil {
		return nil, err
	}
	watching := &worldWatch{updates: make(chan watch.Update)}
	dirty := make(chan struct{}, 1)
	dirty <- struct{}{}
	w.mu.Lock()
	w.dirty = append(w.dirty, dirty)
	w.mu.Unlock()
	go func() {
		defer close(watching.updates)
		tick := time.NewTicker(time.Second) // pods get ready
		defer tick.Stop()
		var next watch.Update
		var out chan watch.Update
		for {
			select {
			case <-ctx.Done():
				return
			case <-dirty:
			case <-tick.C:
			case out <- next:
				out = nil
				continue
			}
			if watching.err = w.fault("watching"); watching.err != nil {
				return
			}
			next, out = w.update(targets), watching.updates
		}
	}()
	return watching, nil
}

func (w *world) update(targets []watch.Target) watch.Update {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.outage.Unreachable.IsZero() {
		return w.outage
	}
	snapshot := rollout.Snapshot{}
	for _, t := range targets {
		if a := w.apps[t.Name]; a != nil && len(a.revisions) > 0 { // one that is created has none before its template
			snapshot[t.Ref] = a.observe()
		}
	}
	return watch.Update{Snapshot: snapshot}
}

type worldWatch struct {
	updates chan watch.Update
	err     error
}

func (w *worldWatch) Updates() <-chan watch.Update { return w.updates }
func (*worldWatch) Want(diagnosis.Wants)           {}
func (w *worldWatch) Err() error                   { return w.err }
