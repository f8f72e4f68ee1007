package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Restore puts back the template and the annotations that a workload had before our write, if the
// workload is still as we left it; a new number of replicas is no obstacle. Otherwise nothing is
// touched, and the error is a *SupersededError; or a *NotWrittenError, if our write was one without an
// answer and has not arrived. The result can be watched like any write.
//
// A server that is away is waited for, up to two minutes.
func (c *Cluster) Restore(ctx context.Context, w Written, o WriteOptions) (Written, error) {
	return c.amend(ctx, w, o, func(o Object) {
		if w.Scaled {
			o.SetReplicas(w.before.Replicas())
			o.SetAnnotations(annotationsBack(w.before.GetAnnotations(), w.GetAnnotations(), o.GetAnnotations()))
			return
		}
		o.SetTemplate(w.before.Template())
		before := w.before.GetAnnotations()
		back := annotationsBack(before, w.GetAnnotations(), o.GetAnnotations())
		o.SetAnnotations(Edit{ChangeCause: before[workload.AnnotationChangeCause]}.annotations(back))
	})
}

// annotationsBack are those of now with what our write made of them taken back: an undo replaces them all. One that
// someone else has changed since stays.
func annotationsBack(before, written, now map[string]string) map[string]string {
	back := map[string]string{}
	maps.Copy(back, now)
	same := func(key string, a, b map[string]string) bool {
		was, had := a[key]
		is, has := b[key]
		return had == has && was == is
	}
	for _, changed := range []map[string]string{before, written} {
		for key := range changed {
			if same(key, before, written) || !same(key, written, now) {
				continue
			}
			delete(back, key)
			if was, had := before[key]; had {
				back[key] = was
			}
		}
	}
	return back
}

// RestoreAll restores side by side. What came of each is in the order of what was written.
func (c *Cluster) RestoreAll(ctx context.Context, written []Written, o WriteOptions) ([]Written, []error) {
	return all(written, func(w Written) (Written, error) { return c.Restore(ctx, w, o) })
}

// Pause stops the rollout where it is (`--on-failure=pause`), under the conditions of Restore.
func (c *Cluster) Pause(ctx context.Context, w Written, o WriteOptions) (Written, error) {
	if !w.Kind.Pausable() {
		return Written{}, cannotPause(w.Ref())
	}
	return c.amend(ctx, w, o, func(o Object) { o.SetPaused(true) })
}

// amend changes a workload that we have written and that nobody else has changed since.
func (c *Cluster) amend(ctx context.Context, w Written, o WriteOptions, change func(Object)) (Written, error) {
	var before Object
	object, err := Write[Object]{
		Restores: true,
		Read: func(ctx context.Context) (Object, error) {
			now, err := c.Reread(ctx, w.Ref())
			if Is(err, NotFound) {
				err = &SupersededError{Workload: w.Ref(), What: "it was deleted"}
			}
			return now, err
		},
		MayArrive: func(now Object) bool { return now.GetResourceVersion() == before.GetResourceVersion() },
		Plan: func(ctx context.Context, now Object, uncertain bool) (done bool, err error) {
			if w.change != nil {
				before = now
				if waits, err := c.settle(ctx, &w, now); waits || err != nil {
					return false, err
				}
			}
			restored := w.foreign(amended(w.Object, change), now) == ""
			if uncertain && restored {
				before = w.Object
				return true, nil
			}
			if what := w.foreign(w.Object, now); what != "" {
				return false, &SupersededError{Workload: w.Ref(), What: what, Restored: restored}
			}
			before = now
			return false, nil
		},
		Send: func(ctx context.Context) (Object, error) {
			if w.change != nil {
				return Object{}, c.void(ctx, before, o)
			}
			if w.Scaled {
				return c.sendReplicas(ctx, before, amended(before, change), o)
			}
			p, err := editPatch(before, amended(before, change))
			if err != nil {
				return Object{}, err
			}
			return c.patch(ctx, before, p, o)
		},
	}.Run(ctx)
	if err != nil {
		return Written{}, w.explain(err)
	}
	if w.Scaled {
		return Written{Object: object, Before: rollout.CaptureReplicas(before.Running()), Scaled: true, Autoscaled: w.TakenOver, before: before}, nil
	}
	return Written{Object: object, Before: &rollout.Baseline{Workload: before.Workload()}, before: before}, nil
}

func amended(o Object, change func(Object)) Object {
	after := o.Copy()
	change(after)
	return after
}

// settle finds out what became of a write whose answer was lost. It may still arrive while the workload is exactly as it
// was when the write was planned: waits. If it did not arrive, and can't any more, that is an error.
func (c *Cluster) settle(ctx context.Context, w *Written, now Object) (waits bool, err error) {
	asked := *w.change
	if now.GetResourceVersion() == asked.GetResourceVersion() {
		return true, nil
	}
	what := w.foreign(asked.Object, now)
	if what == "" {
		return false, &NotWrittenError{w.Ref()}
	}
	arrived := ours(now, asked)
	if !arrived && now.GetUID() == asked.GetUID() { // a webhook may have added to what we wrote
		captured, err := c.recapture(ctx, now, &asked)
		if err != nil {
			return false, err
		}
		edit, err := asked.plan(captured)
		arrived = err == nil && Change{Captured: captured, Edit: edit}.stored(asked.Object)
	}
	if !arrived {
		return false, &SupersededError{Workload: w.Ref(), What: what}
	}
	w.Object, w.change = now, nil
	return false, nil
}

// void keeps a write that waits from arriving; its error then is a *NotWrittenError.
func (c *Cluster) void(ctx context.Context, o Object, options WriteOptions) error {
	body, err := json.Marshal(Void(o))
	if err != nil {
		return fmt.Errorf("encoding a patch of %s: %w", o.Ref(), err)
	}
	stored, err := c.patch(ctx, o, patch{types.MergePatchType, body}, options.VoidOptions())
	if err == nil {
		err = Voided(o, stored)
	}
	if err != nil {
		return err
	}
	return &NotWrittenError{o.Ref()}
}

// explain tells an error that leaves open what became of the write, or of this one.
func (w Written) explain(err error) error {
	switch {
	case errors.As(err, new(*NotWrittenError)), errors.As(err, new(*SupersededError)):
		return err
	case w.change != nil, errors.As(err, new(*LostError)):
		return unknownEnd(w.Ref(), w.Scaled, err)
	}
	return err
}

// foreignChange says what someone else has changed since our write, or "".
func foreignChange(ours, now Object) string {
	switch {
	case now.GetUID() != ours.GetUID():
		return "it was deleted and created again"
	case now.GetDeletionTimestamp() != nil:
		return "it is being deleted"
	case !equality.Semantic.DeepEqual(now.Template(), ours.Template()):
		return "its template was changed" + byWhom(ours, now)
	case now.Paused() != ours.Paused():
		return map[bool]string{true: "it was paused", false: "it was resumed"}[now.Paused()] + byWhom(ours, now)
	}
	if !equality.Semantic.DeepEqual(ours.SpecWithoutReplicas(), now.SpecWithoutReplicas()) {
		return "its spec was changed" + byWhom(ours, now)
	}
	return ""
}

// byWhom names the field manager of what changed since our write: one that is new, or else the
// newest of those whose entry is another now (ours may have lost a field to it).
func byWhom(ours, now Object) string {
	var newest *metav1.ManagedFieldsEntry
	managers := now.GetManagedFields()
	for i := range managers {
		f := &managers[i]
		if f.Subresource != "" || f.Time == nil || slices.ContainsFunc(ours.GetManagedFields(), func(o metav1.ManagedFieldsEntry) bool { return sameEntry(&o, f) }) {
			continue
		}
		if !slices.ContainsFunc(ours.GetManagedFields(), func(o metav1.ManagedFieldsEntry) bool { return o.Manager == f.Manager }) {
			return " by " + workload.ManagerName(f.Manager)
		}
		if newest == nil || f.Time.After(newest.Time.Time) {
			newest = f
		}
	}
	if newest == nil {
		return ""
	}
	return " by " + workload.ManagerName(newest.Manager)
}

func sameEntry(a, b *metav1.ManagedFieldsEntry) bool {
	return a.Manager == b.Manager && a.Operation == b.Operation && a.Subresource == b.Subresource &&
		a.Time.Equal(b.Time) && equality.Semantic.DeepEqual(a.FieldsV1, b.FieldsV1)
}
